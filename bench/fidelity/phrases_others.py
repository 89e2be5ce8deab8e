"""The phrases of the stock's sentences in other languages; all people and places are invented."""

UKRAINIAN = {
    "OPENINGS": """
    У спільному комюніке, оприлюдненому [date],
    Під час брифінгу в місті [place]
    Після [number] годин переговорів
    В інтерв’ю місцевій газеті
    О [time], коли засідання відновилося,
    За два дні до [date]
    """,
    "SPEAKERS": "[person]\nречниця делегації [person]\nміністр закордонних справ [person]\n"
    "посередник [person]",
    "CLAIMS": """
    заявила, що північний перехід не відкриють раніше, ніж [date]
    наголосив: «Перемир’я без спостерігачів — не перемир’я»
    підтвердила, що обмін [number] полоненими відбувся біля мосту
    не погодився з тим, що пропозиція на [number] мільйонів є остаточною
    запевнив, що об’єднана комісія знову збереться в місті [place]
    повторила, що ширина буферної зони має становити [number] кілометрів
    сказав, що узгоджено лише [number] з [number] статей угоди
    відкинула твердження, нібито острів колись був демілітаризований
    пообіцяв відновити телекомунікаційні лінії до [date]
    застерегла, що довгострокові наслідки неможливо обчислити
    """,
    "TAILS": """
    і що питання компенсації вирішуватимуть окремо.
    але не сказала, хто за це платитиме.
    — пункт, про який друга сторона мовчить від [date].
    хоча в тексті, що поширюється, нічого такого немає.
    як передбачено статтею [article] рамкової угоди.
    попри заперечення, які висловив [person].
    й попросила занести це до протоколу слово в слово.
    якщо парламент не вирішить інакше.
    """,
    "PEOPLE": "Орися Гринівецька; Тарас Дрестенко; Мар’яна Солов’їнська; Лукаш Беренчук; Єва"
    " Ґрунтовська",
    "PLACES": "Верхня Тамсіль; Старий Оссин; Кречетова Бухта; Нові Ґраблі; Мар’їн Брід",
    "DATES": "11 березня 2031 року; 3 липня 2030 року; 28 лютого 2032 року; 19 жовтня 2031 року; 1"
    " квітня 2032 року",
}

RUSSIAN = {
    "OPENINGS": """
    В совместном коммюнике, опубликованном [date],
    На брифинге в городе [place]
    После [number] часов переговоров
    В интервью местной газете
    В [time], когда заседание возобновилось,
    За два дня до [date]
    """,
    "SPEAKERS": "[person]\nглава делегации [person]\nпредставительница ведомства [person]\n"
    "посредник [person]",
    "CLAIMS": """
    заявила, что северный переход не откроют раньше, чем [date]
    подчеркнул: «Перемирие без наблюдателей — это не перемирие»
    подтвердила, что обмен [number] пленными состоялся у моста
    не согласился с тем, что предложение на [number] миллионов окончательное
    заверил, что объединённая комиссия вновь соберётся в городе [place]
    повторила, что ширина буферной зоны должна составлять [number] километров
    сказал, что согласованы лишь [number] из [number] статей
    отвергла утверждение, будто остров когда-либо был демилитаризован
    пообещал восстановить телекоммуникационные линии к [date]
    предупредила, что долгосрочные последствия невозможно просчитать
    """,
    "TAILS": """
    и что вопрос о компенсации решат отдельно.
    но не сказала, кто за это заплатит.
    — пункт, о котором другая сторона молчит с [date].
    хотя в распространённом тексте ничего подобного нет.
    как предусмотрено статьёй [article] рамочного соглашения.
    несмотря на возражения, которые высказал [person].
    и попросила занести это в протокол слово в слово.
    если парламент не решит иначе.
    """,
    "PEOPLE": "Аглая Востранд; Фёдор Ельцовский-Брук; Марфа Тамсельская; Лука Беренчук; Зоя"
    " Объездчикова",
    "PLACES": "Верхний Тамсель; Старый Оссин; Кречетова Бухта; Новые Грабли; Подъёмный Мост",
    "DATES": "11 марта 2031 года; 3 июля 2030 года; 28 февраля 2032 года; 19 октября 2031 года; 1"
    " апреля 2032 года",
}

GERMAN = {
    "OPENINGS": """
    In einem Kommuniqué vom [date] teilte man mit:
    Vor der Presse in [place] hieß es:
    Nach [number] Stunden Verhandlung verlautete:
    In einem schriftlichen Interview liest man:
    Um [time] wurde verlesen:
    """,
    "SPEAKERS": "[person]\nUnterhändlerin [person]\nStaatssekretär [person]\nVermittler [person]",
    "CLAIMS": """
    werde den nördlichen Grenzübergang nicht vor dem [date] öffnen lassen
    habe die Übergabe von [number] Gefangenen an der Brücke von [place] bestätigt
    bestehe auf einem Waffenstillstandsüberwachungsmechanismus
    halte das Angebot über [number] Millionen Kronen keineswegs für endgültig
    sage: „Ein Waffenstillstand ohne Beobachter ist keiner“
    sei nicht bereit, die sogenannte Verwaltung von [place] anzuerkennen
    fordere eine Pufferzone von [number] Kilometern – nicht weniger
    wolle die Telekommunikationsleitungen bis [date] wiederherstellen
    spreche von [number] der [number] Artikel, über die man einig sei
    könne die langfristigen Folgen für die Fischereiflotte nicht abschätzen
    """,
    "TAILS": """
    und die Entschädigungsfrage gesondert regeln.
    ohne zu sagen, wer dafür aufkommen soll.
    – ein Punkt, zu dem die Gegenseite seit dem [date] schweigt.
    obwohl im umlaufenden Text nichts davon steht.
    wie in Artikel [article] des Rahmenabkommens vorgesehen.
    trotz der Einwände, die [person] erhoben hatte.
    sofern das Parlament in [place] nicht anders entscheidet.
    was größere Auflagen für die Straßenverkehrsbehörde bedeute.
    """,
    "PEOPLE": "Ilse Quandermeer; Jörg Fichtenfels-Groß; Änne Auffarth; Bernd Straßwieser; Käthe"
    " Offenhauer",
    "PLACES": "Fichtenfels; Groß-Tamsel; Offenmoor; Brennmark; Schöffelbrück",
    "DATES": "11. März 2031; 3. Juli 2030; 28. Februar 2032; 19. Oktober 2031; 1. April 2032",
}

FRENCH = {
    "OPENINGS": """
    Dans un communiqué publié le [date],
    Devant la presse réunie à [place],
    Après [number] heures d’entretiens,
    Dans un entretien accordé à un journal local,
    À [time], à la reprise de la séance,
    """,
    "SPEAKERS": "[person]\nle négociateur en chef, [person],\nla porte-parole, [person],\nle"
    " médiateur, [person],",
    "CLAIMS": """
    a déclaré que le passage du nord ne serait pas rouvert avant le [date]
    a confirmé la remise de [number] prisonniers près du pont de [place]
    a rappelé qu’« une trêve sans observateurs n’est pas une trêve »
    n’a pas jugé définitive l’offre de [number] millions de couronnes
    a exigé une zone tampon de [number] kilomètres, pas un mètre de moins
    a promis que les télécommunications seraient rétablies d’ici au [date]
    a reconnu que [number] des [number] articles n’étaient toujours pas réglés
    a qualifié d’« officieuses » les cartes annexées à l’accord-cadre
    n’a jamais reconnu la soi-disant administration de [place]
    a averti que les conséquences à long terme étaient incalculables
    """,
    "TAILS": """
    et que l’indemnisation serait traitée à part.
    sans dire qui paierait.
    – un point sur lequel l’autre partie se tait depuis le [date].
    bien que le texte en circulation ne dise rien de tel.
    comme le prévoit l’article [article] de l’accord-cadre.
    malgré les objections soulevées par [person].
    et a demandé que ce soit consigné mot pour mot.
    à moins que le parlement n’en décide autrement.
    """,
    "PEOPLE": "Odile Ferranquin; Luc d’Arvelles; Maëlle Saint-Oyant; Côme Œuvrard; Inès"
    " L’Hermittan",
    "PLACES": "Saint-Aubrac; Port-l’Évêché; Val-d’Osselle; Grand-Marais-sur-Œil; Tessalonne",
    "DATES": "11 mars 2031; 3 juillet 2030; 28 février 2032; 19 octobre 2031; 1er avril 2032",
}

ARABIC = {
    "OPENINGS": """
    في بيان مشترك صدر في [place] يوم [date]
    خلال مؤتمر صحفي في [place]
    بعد [number] ساعة من المحادثات
    في مقابلة مع صحيفة محلية
    في الساعة [time] عند استئناف الجلسة
    """,
    "SPEAKERS": "قال [person]\nقالت المتحدثة [person]\nقال وزير الخارجية [person]\nقال الوسيط"
    " [person]",
    "CLAIMS": """
    إن المعبر الشمالي لن يفتح قبل [date]
    إن تبادل [number] أسير قد تم عند الجسر في [place]
    إن «هدنة بلا مراقبين ليست هدنة»
    إن العرض البالغ [number] مليون ليس نهائيا
    إن عرض المنطقة العازلة يجب ألا يقل عن [number] كيلومترا
    إن اللجنة المشتركة ستجتمع مجددا في [place] يوم [date]
    إن الطرفين اتفقا على [number] من أصل [number] مادة
    إن خطوط الاتصالات ستعاد قبل [date]
    إن بلاده لا تعترف بالإدارة المزعومة في [place]
    """,
    "TAILS": """
    وإن مسألة التعويضات ستحل على حدة.
    لكنه لم يذكر من سيدفع ثمن ذلك.
    رغم اعتراضات [person].
    كما تنص عليه المادة [article] من الاتفاق الإطاري.
    ما لم يقرر البرلمان غير ذلك.
    وطلب تدوين ذلك في المحضر كلمة بكلمة.
    مع أن النص المتداول لا يقول شيئا من هذا القبيل.
    """,
    "PEOPLE": "نادية المرين; طارق بلمورة; سلمى التركستي; لؤي الدرستاني; هدى الأوسيني",
    "PLACES": "فالدوريا; ميناء أوسين; برينمارك; تامسل السفلى; خليج العقيق",
    "DATES": "11 مارس 2031; 3 يوليو 2030; 28 فبراير 2032; 19 أكتوبر 2031; 1 أبريل 2032",
}
