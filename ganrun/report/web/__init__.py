"""Pages for a browser: the report of a run and of a sweep, as one HTML file each. Knows no JAX.

run_page.write_run_page(run) -> Path       `report.html` in a run's folder
tale.tale_of(run) -> passages              a run's story in sentences, each with its round
course.mode_courses(run) -> courses        when each mode was found, lost and found again
"""
