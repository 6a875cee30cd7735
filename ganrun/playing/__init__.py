"""One job: its runs claimed or found, played chunk by chunk, recorded and finished."""
