"""What the commands of `icl-theory` do, and what they print."""
