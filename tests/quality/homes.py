"""Where the outlets of places_toponyms sit, as a desk would write it: their own area or country, by domain."""

from __future__ import annotations

_HOMES = """
US-IN pal-item.com
US-GA ajc.com onlineathens.com gainesvilletimes.com ledger-enquirer.com chronicle.augusta.com
US-GA accesswdun.com
US-TN dailypostathenian.com fox13memphis.com
US-OH daily-jeff.com oxfordpress.com dispatch.com springfieldnewssun.com newarkadvocate.com cleveland.com
US-MA masslive.com eagletribune.com
US-WV wvgazette.com dailymail.com
GB-ENG thisisoxfordshire.co.uk richmondandtwickenhamtimes.co.uk cambridge-news.co.uk
GB-ENG thelancasterandmorecambecitizen.co.uk gloucestershirelive.co.uk wakefieldexpress.co.uk
GB-ENG clactonandfrintongazette.co.uk hulldailymail.co.uk
US-PA philly.com ldnews.com themercury.com post-gazette.com yourerie.com
US-VA timesdispatch.com richmond.com alextimes.com recordernewspapers.com
US-NE columbustelegram.com norfolkdailynews.com
US-MN echopress.com postbulletin.com news.postbulletin.com parispi.net
US-IL daily-chronicle.com jordannews.com dailyherald.com theintelligencer.com parisbeacon.com wsiltv.com
LB dailystar.com.lb
CA-ON lfpress.ca woodstocksentinelreview.com thespec.com
US-CA latimes.com mercurynews.com dailynews.com insidebayarea.com independent.com abc7ny.com
US-FL miamiherald.com gainesville.com alligator.org wsvn.com bradenton.com news4jax.com
CA-BC bclocalnews.com news.gov.bc.ca
US-MO news-leader.com kansascity.com
US-NH concordmonitor.com
US-TX athensreview.com star-telegram.com dallasnews.com theparisnews.com palestineherald.com
US-TX gainesvilleregister.com chron.com newschannel6now.com
US-SC thestate.com itemonline.com thecolumbiastar.com heraldonline.com postandcourier.com islandpacket.com
US-CT courant.com middletownpress.com registercitizen.com
US-KY sentinel-echo.com richmondregister.com messenger-inquirer.com
US-MI lansingstatejournal.com clickondetroit.com
IL haaretz.com jpost.com
EG weekly.ahram.org.eg
RU moscowtimes.ru sptimes.ru
US-LA thetowntalk.com nola.com
GE civil.ge messenger.com.ge
US-NV lasvegassun.com
IE independent.ie lmfm.ie meathchronicle.ie
US-OR eastoregonian.com
US-ME bangordailynews.com
US-AZ 12news.com
US-NC wsoctv.com
US-NJ nj.com
US-NM kob.com
US-UT good4utah.com
US-WI fox11online.com wsaw.com
US-AL al.com
US-NY nbcnewyork.com
NG thisdaylive.com pulse.ng nan.ng
TW chinapost.nownews.com
OM timesofoman.com
CY cyprustraveller.com
AZ azernews.az
AU-NSW illawarramercury.com.au
AU-WA watoday.com.au
AU news.com.au
CA winnipeg.ctvnews.ca cbc.ca
VN en.vietnamplus.vn
ZA miningweekly.com businesslive.co.za timeslive.co.za
MA maroc.ma
NZ nzherald.co.nz
LK asiantribune.com
BH tradearabia.com
US cbsnews.com usatoday.com washingtonpost.com wusa9.com foxnews.com techcrunch.com
IT thelocal.it
NL dutchnews.nl
BD dhakatribune.com
PH pna.gov.ph
PK app.com.pk pamirtimes.net
GB-WLS walesonline.co.uk
MT timesofmalta.com maltatoday.com.mt
AM panorama.am
JP soranews24.com
GB mirror.co.uk metro.co.uk cityam.com
GB-NIR belfasttelegraph.co.uk derryjournal.com
TT cnc3.co.tt
BS tribune242.com
TR en.haberler.com
CN bjreview.com.cn
SI rtvslo.si
UA unian.info economics.unian.info
AE emirates247.com
KZ bnews.kz
"""

HOMES = {domain: code for code, *domains in map(str.split, _HOMES.strip().splitlines()) for domain in domains}
