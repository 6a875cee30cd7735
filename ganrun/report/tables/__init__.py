"""What a terminal shows of runs, sweeps and diagnoses once they are done: tables, text, JSON."""
