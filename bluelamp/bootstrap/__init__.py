"""What must exist before the first deployment: the stack that makes it, and the checklist of what people do by hand."""
