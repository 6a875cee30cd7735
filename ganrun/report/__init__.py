"""What people look at: tables, live displays, figures and pages. Knows no JAX.

One folder for each medium, none of which knows another; what they share stands above them.

run_record.read_record(path)                    a run's folder, read once for all of them
sweep_record.read_sweep(path)                   a sweep's folder, likewise
command.report_run(paths, console)              table, sentence, paths, pages and figures of runs
sweep_command.report_sweep(path, console)       a sweep's answer in tables, JSON, page and figures
diagnosis_command.report_diagnosis(path, diagnosis, console)   a diagnosis in words and its figure
live.watcher.watcher_for(console, subject)      what shows a training, sweep or diagnosis meanwhile
tables.run.print_results(records, console)      the table alone
figures.write_figures(record)                   the figures alone; imports matplotlib
web.run_page.write_run_page(record)             the page alone
web.sweep_page.write_sweep_page(record)         a sweep's page alone
"""
