"""Forms in which reports tell of single people, arrests, bodies, kin and of nobody hurt. The sentences are invented."""

from __future__ import annotations

import pytest

from monitor.stories.figures import figures_of
from monitor.text.fold import tokenise

CASES = {
    "There was no immediate report of any casualty.": ["0 people killed"],
    "NEITHER ATTACK CAUSED CASUALTIES.": ["0 people killed"],
    "The attack caused neither casualties nor damage.": ["0 people killed"],
    "Rahim Lal, who was a trader, was killed.": ["1 civilians killed"],
    "Rahim s/o Karim was shot dead.": ["1 people killed"],
    "Two bullet riddled bodies were found in Pur.": ["2 people killed"],
    "Police recovered two bodies from a drain.": ["2 people killed"],
    "Three bodies were recovered from the site.": ["3 people killed"],
    "The dead bodies of three militants were recovered.": ["3 militants killed"],
    "SHO Rahim Lal was killed.": ["1 security killed"],
    "A Levies personnel was killed.": ["1 security killed"],
    "Two Assam Rifles men were killed.": ["2 security killed"],
    "Two pro-government militiamen were killed.": ["2 security killed"],
    "Two VDC members were killed.": ["2 security killed"],
    "Police took two persons into custody.": ["2 people arrested"],
    "A woman Maoist was killed.": ["1 militants killed"],
    "The body of a woman Naxal in uniform was found.": ["1 militants killed"],
    "Two OGWs of the HM were arrested.": ["2 militants arrested"],
    "A ULFA linkman was arrested.": ["1 militants arrested"],
    "A bullet riddled body was recovered.": ["1 people killed"],
    "FIVE 4TH INFANTRY BRIGADE CASUALTIES WERE CONFIRMED.": ["5 security killed"],
    "TWO DEPUTIES HAVE BEEN MURDERED.": ["2 civilians killed"],
    "The blast claimed 12 lives.": ["12 people killed"],
    "The clash claimed two lives.": ["2 people killed"],
    "Two soldiers laid down their lives.": ["2 security killed"],
    "Two soldiers attained martyrdom.": ["2 security killed"],
    "Ten persons, two of them women, were killed.": ["10 people killed", "2 civilians killed"],
    "At least 14 people, 10 of them policemen, died.": ["14 people killed", "10 security killed"],
    "No one was harmed in the attack.": ["0 people injured"],
    "The blast did not harm anyone.": ["0 people injured"],
    "Nobody was harmed.": ["0 people injured"],
    "The bomb did not hurt anyone.": ["0 people injured"],
    "There was no damage to life or property.": ["0 people killed"],
    "There was no report of anyone being injured.": ["0 people injured"],
    "None of the soldiers was hurt.": ["0 security injured"],
    "None of the passengers was injured.": ["0 civilians injured"],
    "The militants hacked a villager to death.": ["1 civilians killed"],
    "A mob beat a man to death.": ["1 people killed"],
    "The rebels stabbed two men to death.": ["2 people killed"],
    "One of the injured policemen died in hospital.": ["1 security killed"],
    "One of the three injured men died.": ["1 people killed"],
    "A beheaded body was found.": ["1 people killed"],
    "Rahim Lal of the Assam Rifles was injured.": ["1 security injured"],
    "The SHO of Pur Police Station was injured.": ["1 security injured"],
    "The SHO Pur, Rahim Lal, was injured.": ["1 security injured"],
    "Lt Col Rahim Lal was killed.": ["1 security killed"],
    "The NIA arrested a financier of the NSCN-IM.": ["1 militants arrested"],
    "A PREPAK extortionist was arrested.": ["1 militants arrested"],
    "A self-styled sergeant major of the UNLF was arrested.": ["1 militants arrested"],
    "A Sunni Tehreek worker was killed.": ["1 civilians killed"],
    "Gunmen shot dead Rahim Lal in Pur. He was a barber.": ["1 civilians killed"],
    "Gunmen shot dead one Rahim Lal in Pur. The victim was a local trader.": ["1 civilians killed"],
    "Gunmen shot dead Rahim Lal (35) in Pur. Police said that Lal was a member of the Levies.": ["1 security killed"],
    "Gunmen shot dead Rahim Lal. Lal, a former constable, was on his way home.": ["1 security killed"],
    "Gunmen killed 30 year old Rahim. Police said Rahim was an activist of the MQM.": ["1 civilians killed"],
    "Police arrested Rahim Lal. He is a commander of the TTP.": ["1 militants arrested"],
    "Condemning Rahim Lal's murder, the party called a strike.": ["1 people killed"],
    "Rahim's killing was condemned.": ["1 people killed"],
    "Unidentified men abducted the traders, Rahim Lal, Karim Lal and Umar Lal.": [],
    "A mine injured two persons, hurting both of them.": ["2 people injured"],
    "A teacher, who was abducted by suspected militants, was released.": ["1 civilians abducted", "1 civilians freed"],
    "Rahim Lal of the Frontier Corps was hurt.": ["1 security injured"],
    "Rahim Lal of Pur Police Station was hurt.": ["1 people injured"],
    "CASTILLO, WHO WORKED AT THE PORT, WAS KIDNAPPED.": ["1 people abducted"],
    "WE KNOW HOW THE MURDER OF MAGISTRATE LUIS RAMOS LED THEM THERE.": ["1 civilians killed"],
    "THEY CAN SAY HOW THE MURDER OF MAGISTRATE LUIS RAMOS CAME ABOUT.": ["1 civilians killed"],
    "IT BEGAN BY MURDERING FORMER GOVERNMENT MINISTER LUIS RAMOS.": ["1 civilians killed"],
    "AT THEIR REQUEST, LUIS RAMOS DIAZ WAS ARRESTED.": ["1 people arrested"],
    "They said Rahim, a former leader of All Pur Students Union, was shot dead.": ["1 civilians killed"],
    "The toll rose to 31 with 63 wounded in the attack.": ["31 people killed", "63 people injured"],
    "Two grenades hit the van injuring inspector Rahim.": ["1 security injured"],
    "Four workers and few locals including drivers and machine operators were abducted.": ["4 civilians abducted"],
    "Nine people, including the union leader Rahim Lal, were killed.": ["9 people killed", "1 civilians killed"],
    "The troops did not sustain any casualties.": ["0 people killed"],
    "THESE TWO NUNS WERE KILLED.": ["2 civilians killed"],
    "HIS 2-YEAR-OLD SON WAS KILLED.": ["1 civilians killed"],
    "None of them was hurt.": ["0 people injured"],
    "None of the very old brown houses was hurt.": ["0 people injured"],
    "Five of them were killed, two of them women.": ["5 people killed"],
    "Both of them were hurt.": [],
    "Constables Umar, Ali and Karim were injured.": ["1 security injured", "1 security injured", "1 security injured"],
    "A police training centre was hit and a bus carrying hurt people.": [],
    "The force said that its two lives mattered.": [],
    "A farm body was hurt.": [],
    "The mission of killing two judges failed.": [],
    "Karim Lal was shot dead. As a trader he was known to all.": ["1 people killed"],
    "Karim Lal was shot dead. A trader saw it.": ["1 people killed"],
    "The wife of a commander was killed.": ["1 civilians killed"],
    "A soldier Mujahid was hurt.": ["1 security injured"],
    "THE MURDER OF MSGR LUIS RAMOS DIAZ TOOK PLACE THERE.": ["1 civilians killed"],
    "The shrapnel injuring inspector Rahim was hot.": ["1 security injured"],
    "The son of a policeman was killed.": ["1 civilians killed"],
    # lists of names
    "Umar Lal, Ali Khan and Karim Mir, all policemen, were killed.": [
        "1 security killed",
        "1 security killed",
        "1 security killed",
    ],
    "Police personnel Umar, Ali and Karim were injured.": [
        "1 security injured",
        "1 security injured",
        "1 security injured",
    ],
    "Head Constable Umar, Constable Ali and Special Police Officer Karim were killed.": [
        "1 security killed",
        "1 security killed",
        "1 security killed",
    ],
    "PRIESTS LUIS RAMOS, PABLO DIAZ, AND JUAN RIVAS WERE KILLED.": [
        "1 civilians killed",
        "1 civilians killed",
        "1 civilians killed",
    ],
    "Police arrested three men Umar Lal, Ali Khan and Karim Mir.": ["3 people arrested"],
    "The blast injured 10 persons, four of them seriously.": ["10 people injured"],
}


@pytest.mark.parametrize("text", CASES)
def test_what_a_form_tells(text: str) -> None:
    figures = figures_of("", tokenise(""), text, tokenise(text), "en")
    assert [f"{figure.count} {figure.group} {figure.outcome}" for figure in figures] == CASES[text]


def test_what_an_earlier_version_said_is_no_news() -> None:
    text = "CORRECTION: An earlier version gave 31 dead."
    (figure,) = figures_of("", tokenise(""), text, tokenise(text), "en")
    assert (figure.count, figure.background) == (31, True)
