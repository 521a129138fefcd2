"""What rendered corpora share: the soundfont player, notes and their sound, rooms, random streams, families."""
