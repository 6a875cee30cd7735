"""What people look at: terminal tables, figures and the live display. Knows no JAX.

live.watcher_for(console, mixture, title=...)   what shows a training in progress
command.report_run(paths, console)              table, sentence, paths, pages and figures of runs
terminal.print_results(records, console)        the table alone
figures.write_figures(record)                   the figures alone; imports matplotlib
web.run_page.write_run_page(record)             the page alone
diagnosis_live.diagnosis_watcher_for(console, title=...)   what shows a diagnosis in progress
diagnosis_terminal.report_diagnosis(path, diagnosis, console)   a diagnosis in words and its figure
sweep_live.sweep_watcher_for(console, design, title=...)   the same for a sweep
sweep_terminal.report_sweep(path, console)      a sweep's answer in tables, JSON, page and figures
web.sweep_page.write_sweep_page(record)         a sweep's page alone
sweep_record.read_sweep(path)                   a sweep's folder as these want it
record.read_record(path)                        a run folder as all of these want it
"""
