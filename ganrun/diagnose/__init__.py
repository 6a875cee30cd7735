"""`ganrun diagnose`: what a finished run suffers from, found out by playing its game on."""
