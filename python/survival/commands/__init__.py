"""The commands of ``survival``, a module each: its words, its options, its run."""
