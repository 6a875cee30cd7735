"""Pages for a browser: the report of a run and of a sweep, as one HTML file each. Knows no JAX.

run_page.write_run_page(run) -> Path           `report.html` in a run's folder
sweep_page.write_sweep_page(record) -> Path    the same in a sweep's folder
trial_pages.write_trial_pages(record)          a run's page for every trial of a sweep
story.story_of(run, histories) -> passages     a run's story in sentences, each with its round
mode_histories.mode_histories(run)             when each mode was found, lost and found again
"""
