"""The pages of `trainers.explore`: what they show, how it is drawn, what people may hand in."""
