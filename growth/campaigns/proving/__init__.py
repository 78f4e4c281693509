"""What a campaign has brought: its frozen audience, what they did after their due time, and the lift over the holdout.

arms (who was meant, in which arm) → outcomes (what they did) → lift, slices, funnels (numbers) → building (the body of
a CampaignReport, by a task of the queue `analytics`). Pages read what is stored. bandit and factorial are pure.
"""
