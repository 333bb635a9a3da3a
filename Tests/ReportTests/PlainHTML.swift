/// A page's text as a reader sees it where words are only kept together: without the marks that keep them whole.
func withoutWholeWords(_ html: String) -> String { html.replacing("<span class=\"whole\">", with: "").replacing("</span>", with: "") }
