"""Words that stand in English news of every kind, one of each family: a wildcard that takes several fixes too little.

Picked by hand among the most frequent words of headlines and summaries; without names and the topics of a year.
"""

_WORDS = """
about above accept access accident according account accused across action activity address administration affair
afraid after again against agency agree ahead aircraft allow alone along already also although always among amount
analysis announce annual another answer appear apply approach area argue army around arrest article asked attempt
attention august authority available average avoid away back bank base battle became because become before began behind
being believe benefit best better between beyond bill board body both bring broke brother brought budget build building
business call came campaign candidate capital care career carry case cause center central century certain chance change
charge check chief child choice citizen city civil claim class clear close coach coast collapse come comment commission
committee common community company compare complete concern condition conference confirm conflict consider contact
contain continue contract control convention cost could council country county couple course court cover create crime
crisis critical cross crowd culture current damage data date daughter dead deal death debate decade december decide
decision declare decline defence degree deliver demand deny department describe despite detail develop development did
die difference different difficult direct director disaster discuss district doctor document dollar door double down
draw drive drop drug during each earlier early east economy education effect effort either election emergency employee
end energy enough ensure entire environment especially establish estimate even evening event ever every evidence
exactly example executive expect experience expert explain express face fact fail fall family far father fear federal
feel few field fight figure file final financial find fire firm first five follow food force foreign form former
forward found four free friend from full fund further future game gave general get girl give global goal going good
government governor great ground group grow growth half hand happen hard have head health hear heart heat held help
here high history hold home hope hospital hour house however human hundred idea image impact important improve include
increase indeed independent industry inform information injury inquiry inside instead institution insurance
intelligence interest international internet interview into investigate investment involve island issue itself january
join judge july june just justice keep kill kind king knew know labour land language large last late later launch law
lawyer lead leader learn least leave left legal less level life light like likely limit line link list little live
local long look lose loss love machine made main major make management manager many march mark market match material
matter mayor mean measure media medical meet meeting member message might mile military million minister minute miss
modern moment money month more morning most mother move much murder music must name nation national natural near nearly
necessary need network never news next night north nothing notice november number occur october off offer office
officer official often once one only open operation opinion opportunity option order organisation original other others
out outside over own owner page paid paper parent parliament part particular partner party pass past patient people per
percent perform perhaps period person phone photo picture place plan plane play player point police policy political
poor popular population position possible post potential power practice present president press pressure prevent
previous price prime prison private probably problem process produce product production professional profit program
project promise property propose protect prove provide public purpose question quickly quite race raise range rate
rather reach reaction read ready real reason receive recent record reduce reform refuse region relation release remain
remember remove report represent republic request require research resident resource response rest result return reveal
right rise risk river road role room round rule run rural safe said sale same save saying scene school science season
seat second secretary section security see seek seem senate send senior sense september series serious serve service
session set seven several share short should show side sign significant similar since single sister site situation
small social society some son song soon source south space speak special speech spend spokesman sport spread staff
stage stand standard start state statement station stay step still stop story strategy street strike strong structure
student study style subject success such suffer suggest summer sunday supply support sure surface survey suspect system
take talk target task teach team technology tell term test thank that their them then there these they thing think
third those though thousand threat through time today together told tomorrow total touch toward town trade tradition
traffic train transport travel treatment trial trip trouble true trust turn under understand union unit university
until upon use usual value various very vice victim video view village violence visit voice vote wait walk wall want
war warn was watch water weapon wear weather week well went were west what when where whether which while white whole
why wide wife will win window winter wish with within without woman word work worker world would write year yesterday
yet young
"""
EVERYDAY = tuple(_WORDS.split())

_SHORT_WORDS = """
act age ago aid air all and any are arm art ask bad ban bar bat bay bed bee bet bid big bin bit bow box boy bug bus but
buy can cap car cat cop cow cry cup cut dam day die dig dog dry due dye ear eat egg end eye fan far fat fee few fig fit
fix flu fly fog for fox fun fur gap gas get god gun guy had has hat her hen him his hit hot how ice ill ink its jet job
joy key kid kin lab law leg let lid lie lip log lot low mad man map may men met mob mud net new nor not now nun nut oak
odd off oil old one our out owe own pay pen pet pie pig pin pit pop pot pub put ram ran rat raw ray red rib rid rim
rob rod row run sad sat saw say sea see set sex she shy sin sit six ski sky son spy sue sum sun tax tea ten the tie tin
tip toe ton too top toy try two use van vet via vow wag war was way web wet who why win won yes yet you zoo
"""
EVERYDAY_SHORT = frozenset(_SHORT_WORDS.split())
"""Of up to three letters, where no acronym is likely to be meant."""
