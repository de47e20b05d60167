//! Reads dates as pages print them, in many languages, with the precision and the zone that they give.
