"""The stages of `trainers.encode`: file formats, their rows as blocks, the Beam pipeline."""
