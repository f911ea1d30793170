"""What sweeps train, the runs that makes, and the report at the end of `trainers.sweep`."""
