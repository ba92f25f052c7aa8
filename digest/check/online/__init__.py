"""Rules about what the network says: links that lead nowhere, a sender that may not send."""
