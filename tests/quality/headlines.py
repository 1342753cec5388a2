"""Sixty headlines whose place names mean another place elsewhere, or none at all; written before anything was tuned.

Each names what one of its words must resolve to: a country (any place in it), an area, or None for no place at all.
"""

from __future__ import annotations

from typing import NamedTuple


class Headline(NamedTuple):
    title: str
    text: str
    name: str
    code: str | None
    home: str | None = None


HEADLINES = (
    Headline("Georgia governor signs budget after late talks in Atlanta", "", "Georgia", "US-GA"),
    Headline("Georgia's parliament in Tbilisi passes foreign agents bill", "", "Georgia", "GE"),
    Headline("Russia and Georgia resume flights after a decade", "", "Georgia", "GE"),
    Headline("Tornado tears through Georgia", "Two people died near Savannah, the sheriff said.", "Georgia", "US-GA"),
    Headline("Georgia voters line up early", "The runoff is watched across the United States.", "Georgia", "US-GA"),
    Headline("GEORGIA GOVERNOR CALLS SPECIAL SESSION", "ATLANTA — Lawmakers return on Monday.", "GEORGIA", "US-GA"),
    Headline("Punjab chief minister visits flood victims in Lahore", "", "Punjab", "PK-PB"),
    Headline("Punjab farmers march towards Delhi over crop prices", "", "Punjab", "IN-PB"),
    Headline("Heroin dropped by drone near Amritsar, Punjab on alert", "", "Punjab", "IN-PB"),
    Headline("Smog shuts schools across Punjab", "Hospitals in Faisalabad and Multan are full.", "Punjab", "PK-PB"),
    Headline("Punjab assembly adjourned after uproar", "", "Punjab", "PK-PB", "PK"),
    Headline("Punjab assembly adjourned after uproar", "", "Punjab", "IN-PB", "IN"),
    Headline("Fire at Hyderabad drug plant kills six", "Telangana's chief minister was told.", "Hyderabad", "IN"),
    Headline("Hyderabad traders shut shops over power cuts", "Sindh's energy minister met them.", "Hyderabad", "PK"),
    Headline("Heatwave warning for Hyderabad", "", "Hyderabad", "PK", "PK-SD"),
    Headline("Heatwave warning for Hyderabad", "", "Hyderabad", "IN", "IN"),
    Headline("حیدرآباد میں شدید بارش", "سندھ حکومت نے الرٹ جاری کر دیا۔", "حیدرآباد", "PK"),
    Headline("Militias clash in Tripoli over airport", "Libya's unity government called for calm.", "Tripoli", "LY"),
    Headline("Tripoli port reopens after strike", "It is the second port of Lebanon after Beirut.", "Tripoli", "LB"),
    Headline("Migrant boat sinks off Tripoli", "The Lebanese army rescued 45 people.", "Tripoli", "LB"),
    Headline("Memorial to truck attack opens in Nice", "The French president laid a wreath.", "Nice", "FR"),
    Headline("Nice weather for the long weekend", "Temperatures will reach 25 degrees.", "Nice", None),
    Headline("Three stabbed in Reading park", "Thames Valley Police said England was shocked.", "Reading", "GB"),
    Headline("Reading scores fall again in schools", "Reading and maths are both down, a study says.", "Reading", None),
    Headline("Mobile phone prices rise again", "Mobile makers blame the cost of chips.", "Mobile", None),
    Headline("Hurricane heads for Mobile, Alabama", "", "Mobile", "US-AL"),
    Headline("Ferry from Split runs aground", "The Croatian coast guard took off 80 passengers.", "Split", "HR"),
    Headline("Split jury ends officer's trial", "Split along old lines, jurors gave up.", "Split", None),
    Headline("Wildfire nears Santa Cruz", "California's fire service ordered 5,000 people out.", "Santa Cruz", "US-CA"),
    Headline("Strikers block roads around Santa Cruz", "Bolivia sent police from La Paz.", "Santa Cruz", "BO"),
    Headline("Granada mayor resigns", "It is the third such case in Spain this year.", "Granada", "ES"),
    Headline("Granada hopes for tourists again", "Nicaragua reopened the road from Managua.", "Granada", "NI"),
    Headline("Police in London, Ontario, name truck suspect", "", "London", "CA-ON"),
    Headline("Fire breaks out in London tower block", "", "London", "GB"),
    Headline("London police investigate downtown shooting", "", "London", "CA-ON", "CA-ON"),
    Headline("School board in Paris, Texas, votes on closures", "", "Paris", "US-TX"),
    Headline("Paris talks on Ukraine end without a deal", "", "Paris", "FR"),
    Headline("Paris Hilton launches new perfume", "Hilton said she chose the scent herself.", "Paris", None),
    Headline("Birmingham council cuts services", "England's second city is bankrupt.", "Birmingham", "GB"),
    Headline("One dead in Birmingham nightclub shooting", "Alabama state troopers are helping.", "Birmingham", "US-AL"),
    Headline("Robbery in Cambridge", "Massachusetts State Police closed Harvard Square.", "Cambridge", "US-MA"),
    Headline("Valencia counts its dead after floods", "The Spanish army is searching garages.", "Valencia", "ES"),
    Headline("Gunmen kill five in Valencia", "Venezuela's interior minister blamed a gang.", "Valencia", "VE"),
    Headline("Bus crash near Cordoba injures 20", "Argentine police arrested the driver.", "Cordoba", "AR"),
    Headline("Cairo, Illinois, loses its only grocery", "", "Cairo", "US-IL"),
    Headline("Shooting at Alexandria ball field", "Virginia's governor praised the police.", "Alexandria", "US-VA"),
    Headline("Junta in Niger expels French ambassador", "", "Niger", "NE"),
    Headline("Bandits kill 20 in Niger State", "Nigerian troops were sent to Minna.", "Niger State", "NG"),
    Headline("Congo rebels advance on Goma", "Kinshasa accused Rwanda of arming them.", "Congo", "CD"),
    Headline("Congo signs oil deal", "The contract was sealed in Brazzaville.", "Congo", "CG"),
    Headline("Wildfire near Santa Fe", "New Mexico called in the National Guard.", "Santa Fe", "US-NM"),
    Headline("Drug seizure in Santa Fe", "The ship was bound for Rosario, Argentina.", "Santa Fe", "AR"),
    Headline("Bushfires in Victoria", "Thousands left for Melbourne.", "Victoria", "AU-VIC"),
    Headline("Tent city in Victoria cleared", "British Columbia's premier offered beds.", "Victoria", "CA-BC"),
    Headline("St. Petersburg pier reopens after storm", "Florida paid half of the repair.", "St. Petersburg", "US-FL"),
    Headline("Dozens held at St. Petersburg protest", "Russian riot police used batons.", "St. Petersburg", "RU"),
    Headline("Strike closes San Jose airport", "Costa Rica lost 90 flights.", "San Jose", "CR"),
    Headline("Michael Jordan sells his team", "Jordan bought it in 2010.", "Jordan", None),
    Headline("King of Jordan meets Palestinian leader in Amman", "", "Jordan", "JO"),
    Headline("Chad Smith joins tour", "The drummer said he was ready.", "Chad", None),
)
