"""The dashboard: a Streamlit app that reads the serving copy and nothing else (`make bi`).

A page is one module in `views/`, its SQL one module in `queries/`, and one line of `views.PAGES`. Modules:
`serving_copy` asks, `charts` draws, `furniture` is what pages share.
"""
