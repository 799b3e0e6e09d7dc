"""The script that Streamlit runs: the navigation over the pages, nothing else."""

import streamlit as st

from orchestration.dashboard import furniture
from orchestration.dashboard.views import PAGES

st.set_page_config(page_title="Tidemark", page_icon="🌊", layout="wide")
pages = [st.Page(page.draw, title=page.title, url_path=page.path, default=not page.path) for page in PAGES]
furniture.frame(st.navigation(pages, position="top").run)
