"""The English phrases of the stock's sentences; all people and places are invented."""

OPENINGS = """
In a communiqué issued in [place] on [date],
Speaking to reporters outside the customs office in [place],
At [time] on the second day of the talks,
According to the final draft dated [date],
After [number] hours behind closed doors in [place],
In an interview published on [date],
Asked twice about the withdrawal,
Two days before the deadline of [date],
In her opening remarks,
In a written reply to the committee,
Through an interpreter,
During a walk along the river in [place],
On the margins of the fisheries conference,
As the delegations left [place],
In a statement read out at [time],
Late on [date],
When the session resumed at [time],
By a vote of [number] to [number],
With the ferry still waiting in [place],
Standing beside the mediator,
"""

SPEAKERS = """
[person]
[person], the chief negotiator,
the foreign minister, [person],
the spokesman for [place]
[person] of the staff office
an official who asked not to be named
the delegation’s legal adviser, [person],
the mediator, [person],
the harbour-master of [place]
the deputy minister [person]
"""

CLAIMS = """
said that the northern crossing would not be reopened before [date]
insisted that any ceasefire must be accompanied by an effective verification mechanism
confirmed that [number] prisoners had been handed over at the bridge in [place]
denied that the offer of [number] million crowns was final
warned that the long-term consequences could not be calculated
told the committee that “a truce without inspectors is not a truce”
repeated that the buffer zone should be [number] kilometres wide, not a metre less
promised that the telecommunications lines between [place] and [place] would be restored
announced that the joint commission would meet again in [place] on [date]
rejected the suggestion that the island had ever been demilitarised
said the two sides had agreed on [number] of the [number] articles
described the maps annexed to the agreement as “baffling, unofficial and out of date”
explained that the reconstruction fund would not be administered from [place]
wrote that the affected fishing villages had received no notification whatsoever
maintained that sovereignty over [place] was not on the table
called for an internationally supervised referendum no later than [date]
complained that the inspectors had been refused entry to [place] on [number] occasions
acknowledged that the withdrawal of heavy artillery was not yet complete
stressed that the office in [place] would stay open – staffed, funded and accessible
said that first responders had found [number] unexploded shells near the school in [place]
offered a non-aggression pact in return for the release of the [number] sailors
argued that the sanctions were disproportionate and had not influenced anybody
suggested that both armies step back behind the line of [date]
ruled out a trilateral summit as long as the shelling of [place] continued
proposed that river traffic be resumed under a neutral flag
said her government would never recognise the so-called administration of [place]
promised to submit the inter-agency report by [date]
said he could not confirm the figure of [number] displaced families
remarked that “nobody signs a paper that they have not read”
demanded that the minefields around [place] be mapped within [number] days
"""

TAILS = """
and that the question of compensation would be settled separately.
but did not say who would pay for it.
– a point on which the other side has been silent since [date].
which would affect some [number] households in and around [place].
although the text in circulation says nothing of the kind.
and added: “We are ready, and we have been ready since [date].”
while conceding that the timetable was ambitious.
unless the parliament in [place] decides otherwise.
as provided for in Article [article] of the framework agreement.
despite objections raised by [person].
and thanked the hosts for their patience, their coffee and their staff.
in what observers described as a significant, if reluctant, shift.
and left without taking questions.
before the microphones were switched off at [time].
provided that the neighbouring provinces are consulted beforehand.
because the earlier arrangement, worth [number] crowns, had never been implemented.
(the full text is annexed to the minutes of [date]).
and that nothing is agreed until everything is agreed.
in spite of the uncertainty surrounding the municipal elections.
a formula that leaves room for interpretation.
and asked that this be entered in the record word for word.
even if it takes another [number] rounds of negotiations.
rather than wait for the outcome of the arbitration in [place].
so that fuel, flour and firewood can reach [place] before winter.
"""

PEOPLE = """
Anneke Vostrand; Tarik Belmorra; Ilse Quandermeer; Jonas Efflinger; Marit Haldorane;
Pavlo Drestenko; Rufina Castellorn; Odile Ferranquin; Bram Officker; Selma Turquist;
Goran Filipescot; Nadia Al-Merrin; Casper Wolfflet;
Hedda O’Brannick; Luc d’Arvelles
"""

PLACES = """
Valdoria; Port Ossiny; Brennmark; Lower Tamsel; Kestrel Sound; Offerdal-on-Sea; Fichtenfels;
Quarrow;
Saint-Aubrac; Ravell Cross; Upper Molven Bridge; Tessaly Flats; Efflwood; Oriel Bay; Grand Marrow
"""
