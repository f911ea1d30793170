"""The commands. They hold no maths: all that is computed is in vsc_tf."""
