package ui

// Which keys a line of text is given.

import tea "charm.land/bubbletea/v2"

// takes says whether a line of text is given a key: what it adds can be read and
// steers no terminal, and the line can do what the key asks for.
func takes(k tea.KeyPressMsg) bool {
	switch k.String() {
	case "alt+d", "alt+delete", "ctrl+delete":
		// textinput v2.2.1 looks behind the end of the text when it deletes the word
		// after the cursor and the cursor is on the last character.
		return false
	}
	return clean(k.Text) == k.Text
}
