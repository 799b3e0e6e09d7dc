"""The colours of charts, wherever they are drawn. Imports nothing: Superset's environment reads it, too."""

# Each has a contrast of 3 and more with the light and the dark page, and the colour-blind tell any two apart:
# a test computes both.
BLUE, ORANGE, GREEN, PURPLE, OCHRE, GREY = "#548AEB", "#D2691E", "#109A6B", "#B82CB5", "#796128", "#5B6670"
# In the order of a legend; the first colour is for what the page is about.
PALETTE = (BLUE, ORANGE, GREEN, PURPLE, OCHRE, GREY)
