"""The living style guide: tokens as they stand in `static/css/tokens.css`, and the real pieces drawn with them."""
