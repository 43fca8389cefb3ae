"""News of the ground floor for the apps above. Sent by the action that did it, inside its transaction."""

from django.dispatch import Signal

# What money is worth, or where days begin, has changed: figures kept in the company's currency and days are to be made
# again. Sent with `actor` and `reason`, a sentence.
company_figures_changed = Signal()

# Records of somebody who leaves went to a colleague, or to a team without an owner. Sent for some thousand rows at a
# time, with the model as the sender, `keys`, `user`, `to` (None: nobody) and `job`.
records_handed_over = Signal()

# Nothing leaves from now on: what this instance knows may be older than what people got, after a restore. Who begins
# things by itself stops here, for a person to decide. Sent with `reason`, a sentence.
sending_was_held = Signal()

# A mail came in that is about one of ours: it came back, somebody complained about it, or answered it. Sent in the
# transaction in which it is worked on, with `incoming`, whose `answers` is the mail of ours.
mail_was_answered = Signal()
