"""The completion scripts of the shells."""

from typing import Final

BASH: Final = """\
# Completion of bluelamp for bash: source <(bluelamp completion bash)
_bluelamp() {
    local answer
    COMPREPLY=()
    while IFS= read -r answer; do
        COMPREPLY+=("$answer")
    done < <("${COMP_WORDS[0]}" __complete bash "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
}
complete -o nosort -o default -F _bluelamp bluelamp 2>/dev/null || complete -o default -F _bluelamp bluelamp
"""

ZSH: Final = """\
#compdef bluelamp
# Completion of bluelamp for zsh: source <(bluelamp completion zsh), after compinit
_bluelamp() {
    local -a answers
    answers=("${(@f)$("${words[1]}" __complete zsh "${(@)words[1,CURRENT]}" 2>/dev/null)}")
    if [[ -n "${answers[1]}" ]]; then
        _describe -V bluelamp answers
    else
        _files
    fi
}
if [[ "${funcstack[1]}" == _bluelamp ]]; then
    _bluelamp "$@"
else
    compdef _bluelamp bluelamp
fi
"""

FISH: Final = """\
# Completion of bluelamp for fish: bluelamp completion fish | source
function __bluelamp_complete
    set -l words (commandline --tokenize --current-process --cut-at-cursor)
    set -a words (commandline --current-token --cut-at-cursor)
    set -l answers ($words[1] __complete fish $words 2>/dev/null)
    if test (count $answers) -gt 0
        printf '%s\\n' $answers
    else
        __fish_complete_path $words[-1]
    end
end
complete --command bluelamp --no-files --keep-order --arguments '(__bluelamp_complete)'
"""

SCRIPTS: Final = {"bash": BASH, "zsh": ZSH, "fish": FISH}
