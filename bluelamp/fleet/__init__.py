"""Operations on several forces at once."""
