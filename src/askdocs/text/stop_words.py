"""Stop words: words of a question that say nothing about its subject, in many languages.

`STOP_WORDS` are those of English. Those of other languages are called form words: question words,
articles, pronouns, prepositions, auxiliaries.
"""

from __future__ import annotations

import re
import string
import unicodedata

from askdocs.text.english import FUNCTION_WORDS, SHARED_WORDS
from askdocs.text.tokens import indexed_form, words

# The stop words of English. A list is needed because a small corpus has few questions: "whose" is
# rare in it, and a weight by frequency would be high.
STOP_WORDS = frozenset(
    """
    a about after all also am an and any are as at be been being but by can could did do does
    doing for from had happen happened happens has have having he her here hers him his how i if
    in into is it its itself me mine my of on or our ours please shall she should so some such
    tell than that
    the their theirs them then there these they this those to us very was we were what whats
    when where which while who whom whose why will with would you your yours
    """.split()
)
# The form words of other languages, question words first.
_LISTS = {
    "de": "wer wen wem wessen was wann wo woher wohin wie wieso weshalb warum welche welcher"
    " welches welchem welchen wieviel viele viel lange der die das den dem des ein eine"
    " einer eines einem einen und oder in im an am auf aus bei beim mit nach von vom vor"
    " zu zum zur für über unter um durch als ist sind war waren wird werden wurde wurden"
    " worden hat haben hatte hatten kann kann können konnte soll sich es er sie ihr ihre"
    " ihren sein seine seiner nicht auch noch dass gab gibt gilt dieser diese dieses laut"
    " heißt nennt nennen man steht stehen sagt regelt",
    "es": "quién quiénes qué cuál cuáles cuándo cuánto cuánta cuántos cuántas dónde adónde cómo"
    " por porqué quien que cual cuales cuando donde como el la los las lo un una unos unas"
    " y e o u de del a al en con para sin sobre entre según hasta desde se su sus es son"
    " era eran fue fueron ser sido está están estaba hay había ha han hacer hace hizo le"
    " les este esta estos estas ese esa no más tiene tienen tenía puede pueden",
    "fr": "qui que quoi quel quelle quels quelles quand où comment pourquoi combien lequel"
    " laquelle lesquels lesquelles est ce le la les l un une des de du d à au aux et ou en"
    " dans par pour sur sous avec sans entre chez vers il elle ils elles on se s sa son"
    " ses leur leurs était étaient être été sont a ont avait avaient fut furent fait ne"
    " pas n qu c cela cet cette ces y plus t peut doit afin comme selon",
    "nb": "hvem hva hvor hvordan hvorfor hvilken hvilket hvilke hvilka når mange mye lenge lang"
    " gammel en et ei den det de og eller i på av til fra for med om ved etter under over"
    " mellom er var blir ble blitt vært være har hadde ha kan kunne skal skulle vil ville"
    " må som at seg sin sitt sine han hun hans hennes deres dette denne disse ikke så nå"
    " da der heter ifølge å sier mener",
    "da": "hvem hvad hvor hvordan hvorfor hvilken hvilket hvilke hvornår mange meget længe en"
    " et den det de og eller i på af til fra for med om ved efter under over mellem er var"
    " bliver blev blevet været være har havde kan kunne skal skulle vil ville må som at"
    " sig sin sit sine han hun hans hendes deres dette denne disse ikke så nu da der"
    " hedder ifølge",
    "sv": "vem vad var hur varför vilken vilket vilka när många mycket länge en ett den det de"
    " och eller i på av till från för med om vid efter under över mellan är blir blev"
    " blivit varit vara har hade kan kunde ska skulle vill ville måste som att sig sin"
    " sitt sina han hon hans hennes deras detta denna dessa inte så nu då där heter enligt",
    "nl": "wie wat waar wanneer hoe waarom welke welk hoeveel lang de het een en of in op aan"
    " uit bij met naar van voor te ten ter over onder tussen door als is zijn was waren"
    " wordt worden werd werden heeft hebben had hadden kan kunnen kon zich er hij zij ze"
    " haar hun niet ook dat die deze dit heet volgens",
    "it": "chi che cosa quale quali quando quanto quanta quanti quante dove come perché il lo"
    " la i gli le l un uno una e o di del dello della dei degli delle a al allo alla ai"
    " agli alle da dal dalla dai in nel nella nei nelle con su sul sulla per tra fra è"
    " sono era erano fu furono essere stato stata stati ha hanno aveva si suo sua suoi sue"
    " non più questo questa d",
    "pt": "quem que quê qual quais quando quanto quanta quantos quantas onde como por porque o"
    " a os as um uma uns umas e ou de do da dos das em no na nos nas ao à aos às com para"
    " sem sobre entre pelo pela é são era eram foi foram ser sido está há tem têm tinha se"
    " seu sua seus suas não mais este esta esse essa segundo",
    "ro": "cine ce care când cât câtă câți câte unde cum de un o unei unui și sau în la pe cu"
    " din pentru prin despre între este e sunt era erau fost a au avea se său sa sale lui"
    " ei nu mai acest această al ai ale",
    "pl": "kto kogo komu kim co czego czym kiedy gdzie skąd dokąd jak jaki jaka jakie jakiego"
    " jakiej jakim jakich który która które którego której którym których ile ilu dlaczego"
    " czemu czy i oraz lub w we na z ze do od po o przez dla przy za pod nad między się"
    " jest są był była było byli być został została zostało to ten ta te tego tej tym jego"
    " jej ich nie ma",
    "cs": "kdo koho komu kým co čeho čím kdy kde kam odkud jak jaký jaká jaké jakého jakou"
    " který která které kterého které kterou kolik proč a i nebo v ve na z ze do od po o s"
    " se k ke pro při za pod nad mezi je jsou byl byla bylo byli být to ten ta tento jeho"
    " její jejich ne má",
    "hu": "ki kik kit kinek mi mit mikor hol hova honnan hogyan miért melyik hány mennyi milyen"
    " a az egy és vagy is volt van voltak lett nem hogy meg",
    "fi": "kuka ketkä kenen mikä mitä mitkä missä mistä mihin milloin miten miksi kuinka monta"
    " paljon minkä mikä ja tai on oli olivat ovat ollut se ei että",
    "tr": "kim kimin kime ne neden niçin niye nerede nereye nereden nasıl hangi hangisi kaç ne"
    " zaman bir ve veya ile için bu şu o da de mi mı mu mü dır dir olarak olan oldu idi"
    " ise kadar göre",
    "id": "siapa apa siapakah apakah kapan kapankah di mana dimana manakah bagaimana mengapa"
    " kenapa berapa berapakah yang dan atau dari ke pada dalam dengan untuk oleh adalah"
    " ialah ini itu tidak akan telah sudah",
    "vi": "ai gì nào khi đâu sao tại vì bao nhiêu lâu thế là của và hoặc ở trong trên dưới với"
    " cho từ đến được bị có không đã đang sẽ những các một này đó ra vào mà",
    "ru": "кто кого кому кем что чего чем чему когда где куда откуда как какой какая какое"
    " какие какого какую каком каким каких который которая которые сколько почему зачем"
    " чей чья чьё и или в во на с со из к ко по о об от до для при за под над между у не"
    " был была было были быть есть это этот эта эти его её их он она они ли",
    "uk": "хто кого кому ким що чого чим коли де куди звідки як який яка яке які якого яку"
    " якому скільки чому навіщо чий і й та або в у на з із зі до від по о про для при за"
    " під над між не був була було були бути є це цей ця ці його її їх він вона вони чи",
    "el": "ποιος ποια ποιο ποιοι ποιες τι πότε πού πως πώς γιατί πόσο πόσα πόσοι πόσες ο η το"
    " οι τα τον την του της των τους τις και ή σε στο στη στην στον με από για ως είναι"
    " ήταν έχει είχε να που δεν θα ένα μια ένας",
    "ar": "من ما ماذا متى أين كيف لماذا كم أي أية هل ماهو ماهي هو هي هم في على إلى عن مع بعد"
    " قبل كان كانت يكون التي الذي الذين هذا هذه ذلك تلك و أو أن إن لا لم قد تم بين حول عند",
    "fa": "چه کسی کسانی چیزی چیست کیست کی کجا کجاست چطور چگونه چرا چند چقدر کدام آیا و یا در به"
    " از با برای که را این آن است بود بودند شد شده شود می ها های هم تا بر یک چی دارد داشت"
    " شدند",
    "ur": "کون کس کسے کسی کیا کب کہاں کیسے کیوں کتنا کتنی کتنے کونسا کونسی کونسے اور یا میں پر"
    " سے کو کا کی کے نے ہے ہیں تھا تھی تھے یہ وہ اس ان ہو گیا گئی گئے ایک بھی تک ساتھ لئے"
    " لیے",
    "he": "מי מה מתי איפה היכן לאן מאין איך כיצד למה מדוע כמה איזה איזו אילו האם של את על אל עם"
    " או גם הוא היא הם היה היתה הייתה היו זה זו לא כי אשר",
    "hi": "कौन किस किसने किसे क्या कब कहाँ कहां कैसे क्यों कितना कितनी कितने कौनसा और या में पर"
    " से को का की के ने है हैं था थी थे यह वह इस उस हो गया गई एक भी तक",
    "ko": "누구 누가 무엇 무엇을 무엇인가 언제 어디 어디에 어디서 어떻게 왜 얼마"
    " 몇 어느 어떤 은 는 이 가 을 를 의 에 에서 와 과 그 및",
}
_LETTERS = re.compile(r"\b[^\W\d_]+\b")
_ENGLISH = FUNCTION_WORDS | SHARED_WORDS | frozenset(string.ascii_lowercase)
_FORM_WORDS = {code: frozenset(words.split()) for code, words in _LISTS.items()}
# Form words among the pairs of characters that stand for words in Japanese and Chinese (see
# `tokens.indexed_form`): pairs with a particle or a question word.
_FORM_PAIR = re.compile(
    r"[\u3041-\u309f]{2}|.?[はがをにでとのもへ].?|.?[的了吗呢哪谁誰什么麼嗎].?"
    r"|多少|如何|何时|何時|为何|為何|是在|是何"
)


def content_words(text: str) -> list[str]:
    """The words of a text in lower case without English stop words, each once."""
    return [word for word in words(text) if word.removesuffix("'s") not in STOP_WORDS]


def plain_words(text: str) -> list[str]:
    """The words of a text of three or more letters in lower case, without stop words, each once.

    Unlike `content_words`, it splits at hyphens and apostrophes, and leaves out numbers.
    """
    found = (each.group().lower() for each in re.finditer(r"[^\W\d_]{3,}", text))
    return [word for word in dict.fromkeys(found) if word not in STOP_WORDS]


def name_words(name: str) -> list[str]:
    """The content words of a file name or title.

    "Annual_Report-2020.pdf" gives "annual", "report", "2020" and "pdf".
    """
    return content_words(re.sub(r"[\W_]+", " ", unicodedata.normalize("NFC", name)))


def question_content_words(question: str) -> list[str]:
    """The words of a question in any language, without stop words."""
    language = question_language(question)
    present = words(question) if language else content_words(question)
    return [word for word in present if not is_form_word(word, language)]


def question_language(question: str) -> str:
    """The language, except English, of which a question has the most form words; "" if none.

    It must have more of them than English stop words, and one that is not an English word:
    otherwise "price per year" would be Italian.
    """
    present = {found.group().lower() for found in _LETTERS.finditer(indexed_form(question))}
    found = {code: present & forms for code, forms in _FORM_WORDS.items()}
    best = max(found, key=lambda code: len(found[code]))
    is_clear = len(found[best]) > len(present & STOP_WORDS) and found[best] - _ENGLISH
    return best if is_clear else ""


def is_form_word(word: str, language: str) -> bool:
    """Whether a lower-case word, or a pair of characters, is a form word of a language."""
    return word in _FORM_WORDS.get(language, ()) or bool(_FORM_PAIR.fullmatch(word))
