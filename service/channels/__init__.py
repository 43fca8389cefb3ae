"""Ways to a ticket beside mail: a web form for strangers, chats and social networks by the API."""
