package demo

// Tour is what to try first, a step a line.
func (World) Tour() []string {
	return []string{
		"Open /tablet in a private window, so that it has a session of its own, and sign in as patrol1: it is the tablet of unit N-101.",
		"Sign in as calltaker1 at /calltaking, take a call and type \"" + RepeatDoor + "\": the history opens, with a firearm. " +
			NeighbourDoor + " is the next flat and has a past of its own.",
		"Answer the questions, raise the incident and assign N-101: the briefing appears on the tablet, and the desk sees when it was read.",
		"Sign in as supervisor1 at /supervision and send a unit whose tablet is not open: after 10 s the desk that sent it is told to use the radio, " +
			"20 s later the supervisor.",
		"Take another call at \"" + SecondHome + "\" and name the suspect " + MovedSuspect + ", born " + MovedBorn + ": what happened at " + FirstHome +
			" comes with him. \"" + OrderDoor + "\" has a protection order, \"" + DogDoor + "\" a dog.",
		"Sign in as district1 at /district: two follow-ups are due, and a crew disagrees about two brothers at " + BrotherDoor + ". " +
			"An outcome that you write becomes feedback for patrol1 and calltaker1, who have two unread already.",
	}
}
