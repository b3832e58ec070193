// The help pages of the nodes in German, by type. `of` is the fingerprint of the English page that it was made from: where
// that has changed since, a test asks for a new one. Longer than 300 lines: it is text.
export interface HelpPage {
  /** SHA-256 of the English text, first 8 hex digits. */
  readonly of: string
  readonly text: string
}

export const help: Readonly<Record<string, HelpPage>> = {
  'source.modbus': { of: '507b9bb3', text: `Jede Zeile der Tabelle ist ein Ausgang. Zeilen einer Abfragegruppe werden zusammen gelesen, benachbarte Register in einer Anfrage (höchstens 125 Register; ein längerer Block in mehreren).

**Zeit** ist die des Gateways beim Eintreffen der Antwort; bei einer Kurve die Zeit ihres ersten Werts, von da um den Abstand zurückgezählt.

**Schlecht**: ist das Gerät fort, stumm oder lehnt es eine Adresse ab, gibt jeder betroffene Tag bei jeder Abfrage seinen letzten Wert mit schlechter Qualität (keinen Wert, wenn es nie einen gab), nie stillschweigend einen alten. Eine abgelehnte Adresse reißt keine Nachbarn mit; nach ihr wird alle 30 s wieder gefragt.
**NaN**: ein Register mit NaN gibt NaN mit der Qualität BadSensorFailure; ebenso ein Block, der NaN enthält.
**Verspätet, doppelt, rückwärts**: Abfragen kommen der Reihe nach, das gibt es hier nicht. Eine Abfrage, die länger als ihr Takt dauert, staut sich nicht: ausgefallene werden übersprungen und protokolliert.

64-Bit-Ganzzahlen über 2^53 werden gerundet. Modbus Application Protocol 1.1b3.` },
  'source.mqtt': { of: '1f2f9e5c', text: `Jede Nachricht ist ein Messwert; sein Tag ist das Thema, wenn nichts anderes gesagt ist. Jede Zeile der Tabelle ist ein eigener Ausgang, für ein Thema oder ein Feld seines JSON; sein Tag ist die Kennung des Knotens und der Name der Zeile.

**Nutzdaten**: 'Wie es aussieht' nimmt true und false als Wahrheitswerte, Dezimalzahlen als Zahlen, JSON-Objekte als Datensätze, Zahlenlisten als Vektoren, andere Listen als Datensätze mit den Feldern 0, 1 ... und den Rest als Text; die anderen Möglichkeiten bestehen auf ihrer Art. Unlesbares ist eine Meldung DECODE, zählt als fehlgeschlagen, und die Quelle läuft weiter.
**NaN** und unendlich behalten ihren Wert und erhalten die Qualität BadSensorFailure; ein JSON-null ist kein Wert, BadNoData.
**Veraltet**: nach dem genannten Schweigen wird der letzte Wert des Tags noch einmal als UncertainLastUsableValue gegeben. Geht der Broker verloren, wird der letzte Wert jedes Tags einmal als BadCommunicationError gegeben.
**Zeit**: hat das genannte Feld keine Zeit, gilt die des Gateways, und der Messwert ist unsicher. **Verspätete, doppelte, rückwärts laufende** Nachrichten kommen durch, wie sie sind.

QoS 1 und 2 werden erst bestätigt, wenn das Journal den Messwert hat: ein Absturz wiederholt eine Nachricht und verliert keine, sofern die Sitzung der Verbindung behalten wird. QoS 0 lässt sich nicht zurückhalten: was eine volle Warteschlange ablehnt, wird nach ihrer Regel verworfen.` },
  'source.opcua': { of: 'cb2bc57c', text: `Jede Zeile der Tabelle ist ein Ausgang. Der Server tastet die Variable ab und meldet Änderungen von Wert oder Status.

**Zeit** ist der Zeitstempel der Quelle, sonst der des Servers, sonst die Zeit des Gateways. **Schlechte** und unsichere Werte behalten den Statuscode des Servers als Qualität. Geht der Server verloren, wird der letzte Wert jedes Elements einmal mit BadCommunicationError gegeben; ein abgelehntes Element (Knoten gibt es nicht, kein Zugriff) wird ohne Wert gegeben und gemeldet. Nach dem Wiederverbinden werden alle Elemente neu gegeben.
**NaN** behält seinen Wert und erhält BadSensorFailure. Ein Wert anderen Typs als angegeben ist kein Wert: BadTypeMismatch. **Verspätete, doppelte, rückwärts laufende** Messwerte kommen durch, wie sie sind.

64-Bit-Ganzzahlen über 2^53 werden gerundet; Zeiten werden ISO-8601-Text. OPC UA Part 4, 5.12 und 5.13.` },
  'source.operator': { of: 'c2757890', text: `Gibt seinen **Wert**, wenn der Flow beginnt, jedes Mal, wenn jemand ihn stellt, und wieder im Takt von *Wiederholen*, damit das Folgende sieht, dass er noch gilt. Gestellt wird er in der Bedienansicht, im Reiter Live dieses Knotens oder durch die Handlung *set* (\`value\`) der API; das Audit-Protokoll sagt, wer ihn worauf stellte.

Ein Wert **außerhalb der Grenzen**, anderer Art oder keine der Möglichkeiten wird abgelehnt, und der vorige bleibt gültig. *Schritt* ist der der Knöpfe: jede Zahl innerhalb der Grenzen kann eingegeben werden.

Was gestellt wurde, überdauert einen Neustart des Gateways und ein Einspielen. Werden die Grenzen enger, fällt eine Möglichkeit weg oder ändern sich Art, Einheit oder Tag, beginnt er neu mit dem Anfangswert: nichts, was die neuen Einstellungen ablehnen, bleibt gültig.

Alles, was er gibt, ist gut und hat die Zeit des Gateways. Er nimmt nichts auf: **schlechte, NaN, verspätete, doppelte** und **rückwärts laufende** Messwerte können nicht zu ihm kommen.

**Nicht sicherheitsgerichtet:** was eine Anlage erreicht, geht weiterhin durch die Schreibgrenzen des Aktors, und nur, solange der Flow scharf ist.` },
  'filter.change': { of: '4934ad53', text: `Für Zustände, Texte, Meldungen und Vektoren; für Messgrößen, die nie ganz stillstehen, ein *Totband* verwenden. Der erste Messwert jedes Tags kommt durch, und jeder Tag wird mit sich selbst verglichen.

Werte werden genau und bis in die Tiefe verglichen: Vektoren, Kurven und Bytes Element für Element, Datensätze und Bilder Feld für Feld. Die Zeit wird nicht verglichen.

**Längstes Schweigen.** Wenn gesetzt, kommt ein Messwert auch durch, sobald seit dem letzten durchgelassenen so viel Quellzeit verging, geändert oder nicht. Nichts wird erfunden: eine stumme Quelle bleibt auch hier stumm.

**Schlechte und unsichere** Messwerte kommen durch, wenn sie sich in Wert oder Qualität unterscheiden: ein ausfallender Fühler einmal, seine Rückkehr auch. Weitere schlechte mit gleichem Wert und gleicher Qualität werden ausgelassen wie gute. **NaN und unendlich** kommen als schlecht durch; NaN gleicht NaN.

**Doppelte** haben sich nicht geändert und werden ausgelassen. **Verspätete und rückwärts laufende** werden in der Folge ihres Eintreffens verglichen; ein Sprung der Uhr der Quelle in beiden Richtungen gilt als vergangene Zeit.

Quelle: OPC 10000-4, DataChangeTrigger STATUS_VALUE.` },
  'filter.deadband': { of: 'da3d2270', text: `Lässt Messwerte aus, die nichts Neues sagen, wie die Ausnahmeprüfung eines Historians. Ein Messwert kommt durch, wenn er sich vom **letzten durchgelassenen** um *mehr als* die Schwelle unterscheidet; langsames Driften kommt also auch durch. Jeder Tag wird mit sich selbst verglichen.

**Längstes Schweigen.** Wenn gesetzt, kommt ein Messwert auch durch, sobald seit dem letzten durchgelassenen so viel Quellzeit verging, bewegt oder nicht. Nichts wird erfunden: eine stumme Quelle bleibt auch hier stumm, damit das Folgende es sieht.

**Schlecht und unsicher.** Jeder schlechte Messwert kommt durch, und jeder, dessen Qualität eine andere ist als die des letzten. Der erste gute nach einem schlechten kommt durch.

**NaN und unendlich** kommen als schlecht durch.

**Doppelte** haben sich nicht bewegt und werden ausgelassen. **Verspätete und rückwärts laufende** werden in der Folge ihres Eintreffens verglichen; ein Sprung der Uhr der Quelle in beiden Richtungen gilt als vergangene Zeit.

Quelle: OPC 10000-4, DataChangeFilter (absolut), OPC 10000-8, PercentDeadband (Prozent des Messbereichs).` },
  'filter.debounce': { of: '9451ebe9', text: `Für prellende Kontakte, flackernde Zustände und Signale, die sicher sein müssen. Ein Wert, der vom stehenden abweicht, wartet; er geht hinaus, wenn er die angegebene Zeit stand, *mit der Zeit, zu der das der Fall war*. Kommt vorher ein anderer Wert, beginnt das Warten mit diesem neu; kommt der alte zurück, ist nichts geschehen. Auch der erste Wert wartet. Messwerte des stehenden Werts kommen sofort durch. Jeder Tag wartet für sich.

Werte jeder Art werden genau verglichen; gemessene Zahlen stehen nie still, also zuerst eine Entscheidung daraus machen.

**Getrennte Verzögerungen** machen daraus die Ein- und Ausschaltverzögerung eines Schalters: *Stabil für* gilt für wahr. Mit 0 kommt ein Wert sofort durch.

**Zeit** ist Quellzeit. Kommt kein weiterer Messwert, gilt der letzte als stehend, und ein Zeitgeber des Gateways lässt ihn durch. Am Ende einer Aufzeichnung geht ein Wert, der nicht lange genug stand, nicht hinaus.

**Schlechte Messwerte, NaN und unendlich** kommen sofort als schlecht durch und beenden ein Warten: was ein Wert inzwischen tut, ist nicht bekannt. Der stehende Wert steht weiter. **Unsichere** zählen wie gute; ein Wert hat die schlechteste Qualität seiner Wartezeit. **Verspätete und rückwärts laufende** zählen, als kämen sie mit der neuesten Zeit. **Doppelte** ändern nichts.

Quelle: Ein- und Ausschaltverzögerung TON und TOF, IEC 61131-3, 6.6.3.5.5.` },
  'filter.outlier': { of: '312af1f0', text: `Jeder Messwert wird sofort nach den **Messwerten vor ihm** beurteilt (ein nachlaufendes Fenster: nichts wird verzögert, und eine Spitze ist bekannt, wenn sie kommt). Jeder Tag wird für sich beurteilt.

- **Hampel:** weiter vom Median als *Abweichungen* × 1,4826 × MAD, dem Median der Abstände vom Median. Bis zur Hälfte des Fensters darf aus Ausreißern bestehen: für die meisten Fühler die richtige Wahl.
- **z-Wert:** weiter vom Mittelwert als *Abweichungen* × die Standardabweichung (n − 1). Für ruhige Signale mit normalem Rauschen; ein großer Ausreißer verdeckt den nächsten.
- **Tukey-Zäune:** mehr als *Zäune* × der Quartilsabstand unter dem ersten oder über dem dritten Quartil. Für schiefe Signale. Quartile werden linear interpoliert.

Ein Fenster ohne Streuung macht jede Änderung zum Ausreißer: *Nie näher als* sagt, was auf keinen Fall einer ist. Abstände zählen vom Median, beim z-Wert vom Mittelwert.

Alle Messwerte gehen ins Fenster, wie sie kamen, auch Ausreißer. Eine **bleibende Stufe** ist daher ein Ausreißer, bis etwa die Hälfte des Fensters (Hampel), ein Viertel (Zäune) oder einige Messwerte davon (z-Wert) neu sind, und danach normal.

Ein Ausreißer geht immer unverändert an **outliers** hinaus. *Ausgelassen*: an *value* geht nichts hinaus. *Ersetzt*: Median oder Mittelwert des Fensters oder der letzte Messwert, der kein Ausreißer war, geht an seiner Stelle als *UncertainSubstituteValue* oder *UncertainLastUsableValue* hinaus. *Gekennzeichnet*: er kommt als *Uncertain* durch.

**Schlechte Messwerte, NaN und unendlich** kommen als schlecht durch; sie werden nicht beurteilt und gehen nicht ins Fenster. **Unsichere** werden beurteilt und gehen ein wie gute. **Verspätete und rückwärts laufende** werden in der Folge ihres Eintreffens beurteilt. **Doppelte** (sofort mit gleicher Zeit, gleichem Wert und gleicher Qualität wiederholt) werden ausgelassen, da sie das Fenster verengen würden.

Quelle: F. R. Hampel, J. Am. Stat. Assoc. 69 (1974), 383-393; R. K. Pearson, IEEE Trans. Control Syst. Technol. 10 (2002), 55-63; J. W. Tukey, Exploratory Data Analysis (1977); Quartile: R. J. Hyndman und Y. Fan, Am. Stat. 50 (1996), 361-365, Definition 7.` },
  'filter.quality': { of: '7b4693e7', text: `*Gut* lässt gute Messwerte durch, *gut und unsicher* alle, die nicht schlecht sind, *schlecht* nur schlechte, etwa um sie zu zählen oder zu melden. Alle anderen gehen unverändert an **rejected** hinaus.

**Letzter brauchbarer Wert.** Auf Wunsch lässt ein Messwert, der nicht durchkommt, auch den letzten durchgelassenen Wert an *value* hinaus, mit der Zeit des neuen und als *UncertainLastUsableValue*: ein Regler wird durch einen kurzen Ausfall nicht abgeschnitten. Er springt nicht länger als die angegebene Zeit ein, in Quellzeit ab dem Messwert, mit dem er kam; danach, und bevor je einer durchkam, spricht nur *rejected*. Nichts wird erfunden: er steht für Messwerte ein, die kommen, nicht für Stille.

Um **schlechte** und **unsichere** Messwerte geht es diesem Knoten. **NaN, unendlich und fehlende Werte** sind schlecht, was auch immer sie sagen. **Verspätete und rückwärts laufende** werden in der Folge ihres Eintreffens behandelt; das Alter des letzten brauchbaren Werts ist der zeitliche Abstand in beiden Richtungen. **Doppelte** werden behandelt, wie sie kommen.

Quelle: OPC 10000-8, Statuscodes von Data Access (UncertainLastUsableValue).` },
  'filter.range': { of: '041ebc87', text: `Für Messwerte, die nicht sein können: −40 °C in einem Kessel, ein Füllstand von 130 %. Beide Grenzen gehören zum Bereich.

Was **außerhalb** liegt, wird je nach Wahl
- **ausgelassen** und gezählt;
- **als schlecht** (*BadOutOfRange*) oder **als unsicher gekennzeichnet** (*UncertainEngineeringUnitsExceeded*), mit seinem Wert;
- **auf die Grenze gesetzt** und mit demselben Namen unsicher;
- **an den Ausgang 'outside' gegeben**, unverändert.

**Schlechte Messwerte, NaN und unendlich** kommen als schlecht durch, gleich welchen Werts: sie liegen weder innerhalb noch außerhalb, und sie auszulassen verbärge die Störung. **Unsichere** werden beurteilt wie gute und nie besser. **Verspätete, doppelte und rückwärts laufende** werden beurteilt, wie sie kommen: nichts wird gemerkt, und es gibt keine Hysterese. Ein *Alarm* hat eine.` },
  'filter.rate-limit': { of: 'bf0785d6', text: `Eine Grenze dafür, wie viel weitergegeben wird, etwa ein Messwert in zehn Sekunden über einen Uplink mit Volumentarif. Jeder Tag hat seine eigene. Mit *Auf einmal* über 1 werden ungenutzte Züge bis zu dieser Zahl angespart (Token-Bucket): in einer beliebigen Zeit *T* kommen höchstens *auf einmal* + *T* × *Messwerte* / *Zeitraum* durch.

**Der neueste wartet:** von überzähligen Messwerten wird der neueste gehalten und geht mit eigener Zeit hinaus, wenn er an der Reihe ist; die davor werden ausgelassen. So endet das Folgende immer mit dem neuesten Wert. **Alle werden ausgelassen:** was durchkommt, kommt ohne Verzug durch.

**Zeit** ist Quellzeit. Kommt kein weiterer Messwert, lässt ein Zeitgeber des Gateways den wartenden gehen; am Ende einer Aufzeichnung geht er auch.

**Schlecht und unsicher.** Ein Messwert, dessen Qualität eine andere ist als die des letzten, kommt sofort durch, nach dem wartenden, auch über der Grenze, und verbraucht einen Zug. Weitere schlechte gleicher Qualität werden begrenzt wie andere. Ist die Einstellung aus, werden alle begrenzt: ein kurzer Ausfall kann dann ungesehen bleiben. **NaN und unendlich** sind schlecht.

**Verspätete und rückwärts laufende** zählen, als kämen sie mit der neuesten Zeit; hat die Uhr des Gateways einen ganzen Zug vergehen sehen, wurde die Uhr der Quelle zurückgestellt und zählt von dort. **Doppelte** sind Messwerte wie andere.

Quelle: ITU-T I.371 (2004), Annex A, Generic Cell Rate Algorithm (Virtual Scheduling).` },
  'filter.sample-hold': { of: '3181b108', text: `Um einen Wert absichtlich einzufrieren: bei einer Kalibrierung, einer Spülung, einem Produktwechsel. Solange **hold** falsch ist, kommen Messwerte durch. Solange er wahr ist, lässt jeder kommende Messwert den letzten Wert vor dem Halten noch einmal hinaus, mit der Zeit des neuen. Die eine Steuerung hält alle Tags an *value*.

**Qualität beim Halten.** *Unsicher* kennzeichnet Wiederholtes als *UncertainLastUsableValue*; *wie sie war* wiederholt auch die Qualität, solange die kommenden Messwerte nicht selbst schlecht sind. Ein Tag, der vor dem Halten nicht durchkam, hat nichts zu wiederholen und gibt einen fehlenden Wert, *BadNoData*.

**Beim Lösen** geht der neueste während des Haltens gekommene Messwert von selbst hinaus, zur Zeit des Lösens; ohne dies kommt erst der nächste durch.

**Eine schlechte Steuerung**, auch eine, die weder wahr noch falsch ist, ändert nichts oder hält, je nach Wahl. Solange die neueste Steuerung schlecht oder unsicher ist, ist Durchgehendes mindestens unsicher: es könnte ein Messwert sein, der nicht durch sollte.

**Schlechte Messwerte, NaN und unendlich** kommen als schlecht durch; was vor dem Halten schlecht war, wird als schlecht wiederholt. Beim Halten machen sie Wiederholtes unsicher. **Verspätete, doppelte und rückwärts laufende** Messwerte beider Eingänge zählen in der Folge, in der sie kommen.` },
  'filter.stale': { of: '92011c9d', text: `Eine Quelle, die stirbt, sagt nichts: das Folgende ginge für immer mit ihrem letzten Wert weiter. Kam für die angegebene Zeit kein Messwert eines Tags, geht sein letzter Wert noch einmal an **value** hinaus, nun *BadTimeout*, *UncertainLastUsableValue*, oder fehlend und *BadTimeout*, und **stale** wird wahr. Mit dem nächsten Messwert wird es wieder falsch. Jeder Tag wird für sich überwacht, ab seinem ersten Messwert: ein Tag, der nie kam, ist hier nicht bekannt.

Stille wird nach der **Uhr des Gateways** gemessen, ab dem Eintreffen des letzten Messwerts. Was dann hinausgeht, hat die Zeit des letzten Messwerts plus die erlaubte Zeit, sodass die Quellzeit weitergeht. Bei einer Wiedergabe ist die Uhr die der Aufzeichnung; eine Stille an ihrem Ende ist nicht vollständig und wird nicht gemeldet. Nach einem Neustart zählt auch das Schweigen des Gateways selbst.

**Eingefroren.** Wenn gesetzt, ist ein Wert, der sich *nach Quellzeit, während Messwerte kommen* so lange nicht ändert, ein klemmender Fühler: seine Messwerte kommen als *BadSensorFailure*, *Uncertain*, oder fehlend und *BadSensorFailure* durch, und **frozen** ist wahr, bis er sich um mehr als *eingefroren innerhalb* ändert. Werte, die keine Zahlen sind, werden genau verglichen. Nur verwenden, wo der Prozess oder sein Rauschen nie ganz stillsteht.

**Schlechte Messwerte, NaN und unendlich** kommen als schlecht durch; sie sind ein Lebenszeichen und sagen nichts über einen eingefrorenen Wert. **Unsichere** zählen wie gute. **Verspätete und rückwärts laufende** und **doppelte** sind auch Lebenszeichen und kommen durch; läuft die Zeit rückwärts, gilt sie nie als vergangen.` },
  'filter.swinging-door': { of: 'e9edfb22', text: `Für Speicherung und Uplinks: eine langsame Rampe aus tausend Messwerten wird zu zwei Punkten. Zwischen zwei hinausgehenden Punkten ist die Gerade nirgends weiter als die **Abweichung** von einem ausgelassenen Messwert entfernt. Jeder Tag wird für sich verdichtet.

**Ein Punkt geht hinaus, wenn die Tür zuschlägt.** Der neueste Messwert wird immer gehalten: ob er gebraucht wird, zeigt erst der nächste. Ist der nächste vom letzten Punkt aus mit keiner Geraden zu erreichen, die innerhalb der Abweichung aller dazwischen bleibt, geht *der gehaltene* mit eigener Zeit und Qualität hinaus. Der Ausgang läuft also um einen Messwert des verdichteten Verlaufs nach, und dieser Knoten ist nichts für Alarme.

**Nichts bleibt zurück.** Nach dem *längsten Schweigen* geht der gehaltene Messwert auch hinaus, wenn keiner folgt: ein Zeitgeber des Gateways vertritt die Zeit der Quelle, wenn nicht die Ereigniszeit zuerst dort ist. Fenster hinter diesem Knoten warten daher das längste Schweigen ab. Am Ende einer Aufzeichnung geht er ebenfalls hinaus. Ohne längstes Schweigen wartet der letzte Messwert eines verstummenden Tags auf den nächsten oder auf dieses Ende, und kann für ein Fenster dahinter zu spät sein.

**Kürzester Abstand.** Messwerte, die dem letzten hinausgegangenen Punkt näher sind, werden ungesehen ausgelassen: für sie gilt die Abweichung nicht.

**Schlechte Messwerte, NaN und unendlich** kommen alle durch, ebenso jeder Messwert, dessen Qualität eine andere ist als die des letzten; der gehaltene geht vorher hinaus, damit der Verlauf dort endet, wo er zuletzt gut war. **Unsichere** werden untereinander verdichtet wie gute.

**Verspätete und rückwärts laufende** (nicht neuer als der letzte) kommen sofort durch, wie sie sind, und lassen die Tür in Ruhe: ein Archiv setzt sie an ihren Platz. **Doppelte** (gleiche Zeit, gleicher Wert, gleiche Qualität wie der letzte) werden ausgelassen.

Quelle: E. H. Bristol, US-Patent 4,669,097 (1987, abgelaufen) und *Swinging door trending*, ISA 1990; mit dem strengeren Schließen der Historians, das den neuen Messwert selbst gegen die bisher erlaubten Steigungen prüft, sodass die Abweichung eingehalten wird und nicht ihr Doppeltes.` },
  'transform.clamp': { of: 'd6117ff8', text: `Ein Wert unter *Kleinster* wird *Kleinster*, einer über *Größter* wird *Größter*; die Grenzen selbst gehören dazu. Jede der beiden Grenzen lässt sich abschalten. Ein Wert, der geändert werden musste, erhält die Qualität *UncertainEngineeringUnitsExceeded*: er ist eine Grenze, keine Messung. **limited** sagt für jeden Messwert, ob er geändert wurde, mit der Qualität, mit der er kam.

Um Messwerte auszulassen oder anders zu leiten, eine Bereichsweiche verwenden; Grenzen für das, was in eine Anlage geschrieben wird, gehören in die Schreibgrenzen ihres Aktors.

**Schlechte** Messwerte werden begrenzt wie andere und bleiben schlecht. **NaN, unendlich** und fehlende Werte kommen als schlecht durch, und *limited* fehlt dann und ist auch schlecht: ein unendlicher Wert ist eine Störung, kein hoher. **Unsichere** bleiben unsicher. **Verspätete, doppelte und rückwärts laufende** werden begrenzt, wie sie kommen: nichts wird gemerkt. Ein Messwert innerhalb kommt durch, wie er ist.

Quelle: OPC 10000-8, 6.3.2 (UncertainEngineeringUnitsExceeded).` },
  'transform.convert': { of: '34e115d1', text: `Einheiten sind UCUM-Codes: \`Cel\`, \`[degF]\`, \`bar\`, \`[psi]\`, \`mm/s\`, \`m3/h\`. Der Eingang nimmt Leitungen in *Von* (oder ohne Einheit), der Ausgang ist in *Nach*. Die Umrechnung ist bis auf die Rundung einer 64-Bit-Zahl genau.

**Schlechte und unsichere** Messwerte werden umgerechnet wie andere und behalten ihre Qualität. **NaN und unendlich**, auch ein für eine Zahl zu großes Ergebnis, sind schlecht. **Verspätete, doppelte und rückwärts laufende** werden umgerechnet, wie sie kommen: nichts wird gemerkt. Zwischen zwei Codes einer Einheit (\`L\` und \`l\`) kommt ein Messwert durch, wie er ist.

Quelle: The Unified Code for Units of Measure (UCUM) 2.1; Zoll, Pfund, psi und Gallone nach NIST SP 811.` },
  'transform.derivative': { of: 'fb8e8c96', text: `**Zwei Messwerte:** die Differenz zum Messwert davor, geteilt durch die Quellzeit dazwischen. **Mehrere Messwerte** und **eine Zeit**: die Steigung der am besten passenden Geraden durch die Messwerte im Fenster (kleinste Quadrate), die Rauschen weit weniger bewegt; bis das Fenster voll ist, durch die vorhandenen. Das Ergebnis trägt die Zeit des neuesten Messwerts, obwohl es die Änderung über das ganze Fenster ist.

**Einheit:** die des Messwerts je *s*, *min*, *h* oder *d*. Änderungen von °C und °F werden in Kelvin gegeben.

Der **erste Messwert** wird gehalten: einer allein hat keine Änderung. Ebenso der erste nach der *längsten Lücke*.

**Schlechte Messwerte, NaN und unendlich** haben keine Änderung: sie geben einen fehlenden Wert mit ihrer eigenen Qualität, und der nächste brauchbare wird mit dem letzten brauchbaren verglichen. **Unsichere** werden verwendet: ein Ergebnis ist unsicher, solange einer im Fenster ist.

**Doppelte:** von mehreren Messwerten einer Zeit zählt der erste; die anderen werden ausgelassen, da eine Änderung in keiner Zeit keine ist. **Verspätete und rückwärts laufende**, älter als der neueste, werden auch ausgelassen. Einer, der um mehr als die längste Lücke älter ist, heißt, dass die Uhr der Quelle zurückgestellt wurde: es beginnt von vorn.

Quelle: gewöhnliche kleinste Quadrate um die Mittelwerte; Glättung als abgetastetes Verzögerungsglied erster Ordnung.` },
  'transform.expression': { of: '22700b7a', text: `Der Ausdruck wird in **CEL** (Common Expression Language) geschrieben, alle Zahlen als Dezimalzahlen: \`value * 1.8 + 32\`, \`value > 80 ? 'high' : 'low'\`, \`max(value, 0)\`, \`{'pump': tag, 'load': value / 50}\`. Darin bekannt: *value*, jeder weitere Eingang mit seinem Namen, *tag*, *time* (ms), *quality* ('good', 'uncertain', 'bad') und *good*, *uncertain*, *bad*, jeweils von *value*.

**Funktionen mit Gedächtnis:** \`previous(x, n)\`, \`delta(x)\`, \`rate(x)\` je Sekunde, \`hold(x, condition)\`, \`average(x, n)\`, \`minimum(x, n)\`, \`maximum(x, n)\`, \`count(condition)\` in Folge, \`changed(x)\`, \`since(condition)\` in Sekunden, \`ema(x, tauS)\`. Jeder Aufruf merkt sich seines für sich und je Tag und sieht jede Auswertung, was auch immer um ihn herum entschieden wird. Ein schlechter Wert wird nicht aufgenommen: das Ergebnis ist schlecht, das Gedächtnis bleibt.

**Mehrere Eingänge.** Der neueste Wert eines jeden wird behalten, in der Folge des Eintreffens. Ein Ergebnis kommt für jeden Messwert an *value* oder an irgendeinem Eingang; es hat den Tag von *value* und die Zeit des Messwerts, der es auslöste. Bei mehreren Tags an *value* erhält jeder ein Ergebnis. Ältere als *Veraltet nach* sind schlecht.

**Schlecht.** Liest der Ausdruck einen schlechten Eingang, ist das Ergebnis ein fehlender Wert mit dieser Qualität, außer er fragt danach: \`good ? value : 0\`, \`isBad(flow)\`, \`orElse(flow, 0)\` (dann unsicher). Worauf es nicht ankommt, zählt nicht: \`false && bad\` ist falsch, die nicht gewählte Seite wird nicht gelesen. **Unsichere** gelesene Eingänge machen das Ergebnis unsicher.

**NaN und unendlich**, auch zwischendurch, eine Division durch null, ein fehlendes Feld eines Datensatzes, ein fehlendes Element: das Ergebnis fehlt und ist schlecht, nie eine Zahl oder ein stilles *falsch*.

**Verspätete, doppelte und rückwärts laufende** Messwerte werden behandelt, wie sie kommen. \`rate\` ist schlecht, wo keine Zeit verging oder die Zeit rückwärts lief, und geht von dort weiter; \`since\` ist nie unter 0, \`ema\` steht still.

**Einheiten.** Nur Werte derselben Einheit lassen sich addieren, subtrahieren, vergleichen oder auswählen; \`convert(x, 'kPa', 'bar')\` rechnet um. Ein Produkt hat keine Einheit: die des Ergebnisses angeben.

Quelle: die CEL-Spezifikation (google/cel-spec), Muster RE2; *ema*: der exakte diskrete Tiefpass erster Ordnung 1 - exp(-dt/tau); Summen nach Neumaier, 1974.` },
  'transform.field': { of: '4eed3c8e', text: `Jede Zeile ist ein Ausgang. **Pfad** nennt die Stelle: Felder mit Punkten, Elemente mit Klammern ab 0 (\`motor.speed\`, \`values[3]\`, \`[0]\` eines Vektors, \`["a.b"]\` für einen Namen mit Punkt). Jedes Ergebnis hat Zeit und Qualität des gekommenen Messwerts.

**Wo nichts liegt**, gibt es je nach Wahl einen fehlenden Wert, *BadNoData*, oder gar nichts; hat ein Messwert keines der Felder, zählt er dann als verworfen. Ein Feld mit null ist in jedem Fall ein fehlender Wert. Ein Feld **anderer Art** als angegeben gibt einen fehlenden Wert, *BadTypeMismatch*: ein Text wird hier nicht als Zahl gelesen (dafür Auslesen verwenden).

**Schlechte und unsichere** Qualität geht an jeden Ausgang. Ein Messwert ohne Wert (null) gibt an jedem Ausgang einen fehlenden Wert, auch wo *nichts* gewählt ist. **NaN und unendlich** sind schlecht. **Verspätete, doppelte und rückwärts laufende** werden behandelt, wie sie kommen: nichts wird gemerkt.` },
  'transform.format': { of: '5285b5aa', text: `**Text:** ein Satz mit Stellen für {value}, {unit}, {tag}, {time} und {quality}. **JSON:** der Messwert oder sein Wert; eine Kurve ist eine Liste. **CSV-Zeile** (RFC 4180): Spalten des Messwerts oder von Feldern eines Datensatzes; Anführungszeichen, wo nötig.

Zahlen werden auf das gerundet, was der Zahl selbst am nächsten ist (1.005, das etwas weniger ist, gibt 1.00); eine, die zu null gerundet wird, hat kein Vorzeichen. Datensätze, Vektoren und Kurven stehen in einem Text als JSON. Für Dokumente aus mehreren Feldern Vorlage verwenden.

**Schlechte und fehlende Werte, NaN und unendlich** werden nicht ausgeschrieben: dort steht *Ein schlechter Wert lautet*, im JSON null (das JSON des Messwerts behält einen schlechten Wert neben seiner Qualität). Der Text hat die Qualität des gekommenen Messwerts; ein Vektor mit NaN gibt JSON schlechter Qualität. **Unsichere** Werte werden wie gute geschrieben; {quality} zeigen, wo es darauf ankommt. **Verspätete, doppelte und rückwärts laufende** werden behandelt, wie sie kommen: nichts wird gemerkt.

Quelle: RFC 4180 (CSV), RFC 8259 (JSON), ISO 8601; Zeitzonen der IANA-Datenbank.` },
  'transform.function': { of: 'aca06732', text: `Für das, was kein anderer Knoten tut: der Code ist der Rumpf einer Funktion, die für jeden Messwert aufgerufen wird, im strikten Modus.

**Er erhält** \`sample\` (\`tag\`, \`value\`, \`time\` in ms, \`quality\` als Name: 'Good', 'BadSensorFailure'), \`port\` (Name des Eingangs), \`state\` (ein Objekt zum Aufbewahren) und \`now\` (Zeit des Gateways, ms). Vektoren sind Float64Array, Kurven Float32Array, Bytes Uint8Array.

**Er ruft** \`emit(value)\` oder \`emit('output', value)\`, so oft wie nötig; \`drop('why')\`; \`fail('why')\`; \`log('text')\`. \`return value\` ist kurz für \`emit(value)\`. Um mehr als den Wert zu setzen, ein Objekt \`{ value, tag, time, quality }\` ausgeben: Ausgelassenes ist das der Eingabe. Keines davon beendet den Aufruf.

**Zustand** ist einfaches JSON, je Tag oder für den ganzen Knoten, und das Einzige, was beim nächsten Aufruf noch da ist: eingebaute Objekte lassen sich nicht ändern. Er überdauert Neustarts und Einspielungen, die den Code lassen, wie er ist. Ein fehlgeschlagener Aufruf lässt ihn, wie er war. Höchstens 64 KB JSON je Tag, 10.000 Tags und 4 MB für alle.

**Nicht vorhanden:** Dateien, Netz, Zeitgeber, \`import\` und \`require\`, \`async\` und Promises, \`eval\`, \`Intl\`. \`Date.now()\` ist \`now\`, und \`Math.random()\` zieht bei einer Wiedergabe dieselben Zahlen.

**Grenzen:** ein Aufruf über der Zeitgrenze wird angehalten, und sein Messwert ist fehlgeschlagen; der nächste läuft. Mehr als 100 Messwerte oder 1 MB JSON aus einem Aufruf lassen ihn fehlschlagen. Code, der seine Speichergrenze bricht, verliert nur diesen Messwert. Ein Messwert, bei dem der Prozess des Käfigs endet, läuft noch einmal, allein, und ist fehlgeschlagen, wenn er wieder endet.

**Ergebnisse:** ein Messwert, von dem nichts hinausgeht, ist *zurückgehalten*, wenn sein Aufruf den Zustand änderte, sonst als *silent* verworfen. Ein Verwerfen wird nach seinem Grund gezählt (die ersten 20 verschiedenen).

**Schlechte und unsichere** Messwerte kommen wie alle anderen: was hinausgeht, behält die Qualität der Eingabe, wenn der Code keine andere nennt. **NaN und unendlich** kommen, wie sie sind; als gut ausgegeben werden sie schlecht, ebenso ein fehlender Wert (null). **Verspätete, doppelte und rückwärts laufende** kommen in der Folge ihres Eintreffens; der Code sieht ihre Zeit.

**Sicherheit:** alle Funktionsknoten einer Laufzeit teilen einen Prozess ohne Umgebung, Dateien und Kindprozesse, mit niedriger Priorität und, unter Linux mit \`unshare\`, ohne Netz; jeder Code hat darin seinen eigenen Interpreter (isolated-vm; das langsamere QuickJS, wo jenes nicht lädt). Das Protokoll sagt, welchen. Code einzuspielen ist trotzdem nur für Leute, denen man das Gateway anvertraut.` },
  'transform.integral': { of: 'c4cac461', text: `**Ein Durchsatz** wird über die Quellzeit integriert: eine Gerade zwischen zwei Messwerten (Trapezregel), oder der letzte oder nächste für die ganze Zeit dazwischen. *Der Durchsatz ist je* sagt, worin er zählt: m³/h je Stunde geben m³, kW je Stunde geben kW·h.

**Ein Zählerstand** gibt seine Zuwächse. Ein kleinerer Stand ist ein Überlauf, wo gesagt ist, bei welcher Zahl der Zähler überläuft, und der Zuwachs darüber weniger als deren Hälfte ist; sonst wurde der Zähler getauscht oder verlor seinen Stand: es zählt ab 0 oder nicht, und die Summe ist unsicher. *Größter Zuwachs* hält einen falschen Stand fern.

**total** geht mit jedem Messwert hinaus, **increment** sagt, was dieser hinzufügte. **closed** ist die Summe bei jedem Zurückstellen, mit der Zeit, zu der diese Summe begann: ein Fenster dahinter muss auf verspätete Messwerte so lange warten, wie eine Summe läuft. Zurückgestellt wird nach Kalender, durch **reset** (solange wahr; für alle Tags) und durch die Handlung *reset* des Bedieners. Ein Durchsatz zwischen zwei Messwerten wird geteilt, wo ein Zeitraum endet; ein Zuwachs eines Zählers zählt für den Zeitraum, in dem er gelesen wurde. Ein Zeitraum endet mit dem ersten Messwert danach, oder ohne einen, sobald die Quellzeit um die *längste Lücke* über sein Ende hinaus ist; sein Teil ohne Messwerte fehlt dann, und seine Summe ist unsicher. Am Ende einer Aufzeichnung wird der laufende Zeitraum ebenso abgeschlossen. Nach einem Zurückstellen von Hand oder durch Signal zählt die Zeit seit dem letzten Messwert für die neue Summe.

**Schlechte Messwerte, NaN und unendlich** zählen nicht: *total* kommt mit seinem Wert und ihrer Qualität. Eine Zeit ohne brauchbare Messwerte, die nicht länger als die *längste Lücke* ist, wird überbrückt; über eine längere wird nicht integriert. Was fehlt (wie in einem Zeitraum, der vor dem ersten Messwert begann), **unsicher** war oder nicht geglaubt wurde, macht die Summe bis zum nächsten Zurückstellen *UncertainSubNormal*. Ein schlechtes *reset* stellt nichts zurück.

**Doppelte** und andere Messwerte einer schon gezählten Zeit werden ausgelassen. Ebenso **verspätete und rückwärts laufende**: diese Zeit ist gezählt. Ein um mehr als die längste Lücke älterer heißt, dass die Uhr der Quelle zurückgestellt wurde: ein Durchsatz geht von dort weiter, mit unsicherer Summe; ein Zählerstand zählt seinen Zuwachs, ein kleinerer aber ist verspätet.

Quelle: Trapezregel; Summe nach Neumaier, ZAMM 54 (1974), 39-51; Zuwächse über Rückstellungen wie bei Zählern in Prometheus (increase).` },
  'transform.lag': { of: '76200405', text: `Jeder Messwert gibt den Wert von damals mit der Zeit von jetzt, sodass ein Ausdruck oder ein Vergleich beide gegeneinander halten kann. **Nach Messwerten** ist es der Wert so viele Messwerte davor, beliebiger Art. **Nach Zeit** ist es der Wert so viel Quellzeit davor: der des letzten Messwerts bis dahin, oder, bei Zahlen, der auf der Geraden zum nächsten.

Messwerte werden **zurückgehalten**, bis einer alt genug ist. Nichts wird verzögert: damit Messwerte später hinausgehen, als sie kommen, den Knoten Verzögern verwenden.

**Qualität** ist die von damals: **schlechte Messwerte, NaN und unendlich** kommen als schlecht hinaus, wenn ihre Zeit da ist, und der jetzige hat nicht mitzureden. Eine Gerade zwischen zwei Messwerten hat die schlechtere Qualität der beiden; neben einem schlechten gibt es keine Gerade, und der frühere zählt. Wo kein Messwert nah genug ist (*längste Lücke*) oder zu viele kamen, um behalten zu werden, fehlt der Wert und ist *BadNoData*. **Unsicher** bleibt unsicher.

**Doppelte** (sofort mit gleicher Zeit, gleichem Wert und gleicher Qualität wiederholt) werden ausgelassen. **Verspätete und rückwärts laufende:** nach Messwerten zählt die Folge des Eintreffens. Nach Zeit wird ein Messwert, der älter ist als der neueste, ausgelassen; ein um mehr als die *längste Lücke* älterer heißt, dass die Uhr der Quelle zurückgestellt wurde, und es beginnt von vorn.` },
  'transform.lookup': { of: '2c9f8a97', text: `**Geraden** und die **glatte Kurve** gehen durch jeden Punkt; die Kurve schwingt nie über die beiden Punkte hinaus, zwischen denen sie läuft, sodass eine steigende Tabelle eine steigende Kurve gibt. **Stufen** geben das *Aus* der letzten Zeile bei oder unter dem Messwert. *Ein* muss von Zeile zu Zeile steigen.

**Außerhalb der Punkte** ist ein Ergebnis *UncertainEngineeringUnitsExceeded*: das des nächsten Punkts oder das der weitergehenden Geraden (bei glatter Kurve: ihrer Steigung am Ende). Oder es fehlt und ist *BadOutOfRange*. Stufen gehen über ihre letzte Zeile hinaus weiter, das ist nicht außerhalb; unter der ersten Zeile gilt dasselbe wie beim nächsten Punkt.

**Code zu Wort** und **Code zu Zahl** vergleichen genau: die Zahl 3 und der Text "3" sind beide der Code \`3\`, wahr ist der Code \`true\`, Leerzeichen um einen Code zählen nicht, Groß- und Kleinschreibung schon. Ein Code ohne Eintrag fehlt und ist *BadOutOfRange*, oder gibt, was *Unbekannte Codes ergeben* sagt, als *UncertainSubstituteValue*: ein unbekannter Status sieht nie aus wie ein bekannter.

**Schlechte** Messwerte werden nachgeschlagen wie andere und bleiben schlecht; **unsichere** bleiben unsicher. **NaN, unendlich** und fehlende Werte sind schlecht und geben keinen Eintrag der Tabelle; ebenso ein Wert einer Art, die es in der Tabelle nicht geben kann. **Verspätete, doppelte und rückwärts laufende** werden nachgeschlagen, wie sie kommen: nichts wird gemerkt.

Quelle: glatte Kurve nach Fritsch und Carlson, SIAM J. Numer. Anal. 17 (1980), 238-246.` },
  'transform.normalise': { of: 'eecfd5b7', text: `**Ein Bereich:** Kleinster bis Größter werden *Kleinster wird* bis *Größter wird*. **Standardabweichungen:** (x − Mittelwert) ÷ Abweichung (einer Stichprobe, n − 1), der z-Wert. **Quartilsabstände:** (x − Median) ÷ (oberes − unteres Quartil). Das Ergebnis hat keine Einheit. Vektoren werden elementweise gerechnet.

**Gemessen an** gegebenen Zahlen; an den **ersten Messwerten**, einmal gelernt und dann fest; an den **letzten Messwerten**; an **allen Messwerten, älteren weniger**, wobei sich Mittelwert und Abweichung um 2 ÷ (Messwerte + 1) des Wegs bewegen (nur Standardabweichungen); oder daran, womit ein **Modell** trainiert wurde, wie seine Karte beim Einspielen sagt. Der Messwert selbst gehört zu denen, an denen er gemessen wird, also liegt von n letzten Messwerten kein z-Wert jenseits von (n − 1) ÷ √n. Messwerte werden **zurückgehalten**, bis es genug sind.

**Nur aus guten Messwerten wird gelernt.** **Schlechte** werden auf die Skala gebracht wie andere und bleiben schlecht, **unsichere** bleiben unsicher; bevor es eine Skala gibt, geben beide einen fehlenden Wert schlechter Qualität. **NaN und unendlich**, auch einzelne in einem Vektor, geben einen fehlenden Wert, schlecht. Wo *nichts schwankt*, gibt es keine Skala: das Ergebnis fehlt und ist *BadNoData*, oder es ist die Mitte und *UncertainSubNormal*.

**Doppelte** (sofort gleiche Zeit, gleicher Wert, gleiche Qualität) werden nicht zweimal gelernt; solange es zu wenige Messwerte sind, werden sie ausgelassen. **Verspätete und rückwärts laufende** werden in der Folge ihres Eintreffens genommen. Mit einem Vektor anderer Länge beginnt es von vorn; gegebene Zahlen anderer Länge geben einen fehlenden Wert und *BadTypeMismatch*.

Quelle: laufender Mittelwert und Abweichung nach Welford, Technometrics 4 (1962); exponentiell nach West, Comm. ACM 22 (1979), 532; Quartile als Typ 7 nach Hyndman und Fan, The American Statistician 50 (1996).` },
  'transform.parse': { of: '1389baf1', text: `**JSON:** das Ganze, oder der Wert an einem Pfad. Eine Liste von Zahlen ist ein Vektor, jede andere ein Datensatz mit den Feldern \`0\`, \`1\` ... **Zahl:** mit Dezimalpunkt oder -komma, sonst nichts im Text. **CSV** (RFC 4180): jede Zeile ist ein Datensatz und ein eigener Messwert. **Textmuster:** die benannten Gruppen eines regulären Ausdrucks, irgendwo im Text gesucht, sind die Felder eines Datensatzes. **Binär:** eine Tabelle aus Abständen und Typen gibt einen Datensatz; ein Text wird als hexadezimal oder Base64 genommen. Bytes sind UTF-8, wo Text gemeint ist.

Eine Spalte, Gruppe oder ein JSON-Wert *wie es aussieht* ist eine Zahl, wahr oder falsch, oder Text; eine Seriennummer wie 00123 als Text angeben. Eine leere Spalte ist null.

**Was nicht lesbar ist**, geht unverändert an **failed** hinaus, mit der Ursache als Text an **reason**; oder es zählt als fehlgeschlagen. Eine CSV mit einer falschen Zeile oder eine Nachricht, die kürzer als ihr Aufbau ist, wird gar nicht gelesen. **NaN, unendlich** und Lücken in einer Liste machen das Ergebnis *BadSensorFailure*; in einem Datensatz sind sie null. Ein JSON-null ist ein fehlender Wert, *BadNoData*.

**Schlechte und unsichere** Qualität geht auf die Ergebnisse über; ein Messwert ohne Wert gibt einen fehlenden. **Zeit** kommt vom Messwert oder aus einem Pfad; wo dort keine Zeit liegt, oder eine um mehr als 5 s vor dem Gateway, wird die des Messwerts behalten, und das Ergebnis ist unsicher. **Verspätete, doppelte und rückwärts laufende** werden gelesen, wie sie kommen: nichts wird gemerkt. 64-Bit-Ganzzahlen über 2^53 werden gerundet.

Quelle: RFC 8259 (JSON), RFC 4180 (CSV), RE2-Syntax, IEEE 754.` },
  'transform.record': { of: 'c9faafac', text: `Jede Zeile ist ein Eingang und ein Feld. Der Datensatz hat den neuesten Wert eines jeden, die **neueste Zeit** unter ihnen und die **schlechteste Qualität**.

**Ein Datensatz geht hinaus** bei jedem Eingang, nur bei dem, was an einem gewählten kommt, oder wenn jeder Eingang seit dem letzten etwas Neues brachte. Was keinen Datensatz hervorbringt, wird für den nächsten behalten.

**Fehlende Felder:** ein Eingang, der noch nichts brachte, ist null und *BadNoData*; einer, dessen Messwert um mehr als *Veraltet nach* älter als der neueste ist, ist null und *BadTimeout*. **Schlechte Messwerte, NaN und unendlich** sind auch null, und ihre schlechte Qualität ist die des Datensatzes: so zeigt ein Datensatz nie einen Wert, der keiner ist, und man sieht, welches Feld es ist. **Unsichere** Werte stehen in einem unsicheren Datensatz. In Vektoren und Kurven sieht er nicht hinein.

**Doppelte** (an einem Eingang noch einmal gleiche Zeit, gleicher Wert, gleiche Qualität) und **verspätete oder rückwärts laufende** (älter als der an diesem Eingang verwendete) werden ausgelassen, sodass die Zeit der Datensätze nie rückwärts läuft. Messwerte mehrerer Tags dürfen an einen Eingang kommen: der neueste zählt.` },
  'transform.rename': { of: 'c81367dc', text: `**Nach seinen Teilen:** der Tag wird am Trennzeichen zerlegt, und *Neu* setzt ihn wieder zusammen: \`{1}\` ist der erste Teil, \`{-1}\` der letzte, \`{tag}\` der ganze. \`hall2/{tag}\` setzt ein Präfix davor. **Nach einer Tabelle:** Zeile für Zeile, Buchstabe für Buchstabe. **Nach einem Muster:** alles im Tag, worauf der reguläre Ausdruck passt, wird durch *Neu* ersetzt, worin \`{1}\` oder \`{name}\` für Gruppen stehen; leer nimmt es weg. \`{{\` und \`}}\` sind Klammern.

Ein Tag, **auf den die Regel nicht passt** (nicht in der Tabelle, kein Treffer, ein Teil, den er nicht hat, ein leeres Ergebnis), kommt mit seinem alten Tag durch oder wird verworfen, je nach Wahl. Zwei Tags, die einen Namen erhalten, sind für das Folgende einer.

Wert, Zeit und Qualität bleiben. **Schlechte und unsichere** werden umbenannt wie gute; **NaN, unendlich** und fehlende Werte sind schlecht. **Verspätete, doppelte und rückwärts laufende** werden behandelt, wie sie kommen: nichts wird gemerkt.

Quelle: RE2-Syntax (github.com/google/re2/wiki/Syntax), die in linearer Zeit sucht.` },
  'transform.resample': { of: '3ee1c069', text: `Punkte liegen auf ganzen Vielfachen des Takts seit 1970-01-01 UTC, also haben Punkte verschiedener Tags gleiche Zeiten. Ein Messwert genau an einem Punkt ist der Punkt. Sonst ist es **der letzte Messwert** davor, **der nächstliegende** (von zweien der frühere) oder die **Gerade** zwischen dem davor und dem danach. Was kürzer als ein Takt ist, wird nicht gemittelt: dafür Fensterstatistik verwenden.

Punkte kommen, wenn die Quellzeit sie hinter sich hat, bei Gerade und nächstliegendem, wenn der nächste Messwert da ist. **Bei Stille** gehen Punkte weiter: mit dem letzten Wert, bis die *längste Lücke* vorbei ist, und dann, bei allen Verfahren, als fehlend und *BadNoData*, oder gar nicht. Die Ereigniszeit geht mit der Uhr des Gateways weiter, wenn eine Quelle 10 s schweigt. Eine Lücke gibt höchstens 1000 schlechte Punkte, dann keine, bis wieder Messwerte kommen. Am Ende einer Aufzeichnung enden Punkte mit dem neuesten Messwert. Fenster hinter diesem Knoten warten auf seine Punkte: beim letzten Messwert um sein Warten auf verspätete, bei den anderen Verfahren um die *längste Lücke* mehr. Punkte, die auf den nächsten Messwert warten (nicht *bei Stille*), können beliebig alt sein: ein Fenster dahinter braucht ein eigenes Warten.

Jeder Messwert wird **zurückgehalten**: er gehört zu den folgenden Punkten.

**Schlechte Messwerte, NaN und unendlich** sind Messwerte: der letzte oder nächstliegende gibt einen schlechten Punkt, und eine Gerade mit schlechtem Ende fehlt, mit dieser Qualität. **Unsichere** Enden machen die Gerade unsicher; über nichts Schlechtes oder Unsicheres wird hinweggegangen.

**Verspätete und rückwärts laufende** zählen für Punkte, die noch nicht gegeben sind, auch zwischen früher gekommenen; die älter sind als der Messwert, aus dem der letzte Punkt entstand, werden ausgelassen. *Auf verspätete Messwerte warten* lässt Punkte warten. **Doppelte** (gleiche Zeit, gleicher Wert, gleiche Qualität) werden ausgelassen; von mehreren einer Zeit zählt der zuletzt gekommene.

Quelle: Interpolation nach OPC 10000-13, 5.4.3.4 (Interpolative: gestuft und geneigt).` },
  'transform.scale': { of: '2dcd10aa', text: `**Faktor und Offset:** aus = ein × Faktor + Offset.

**Zwei Punkte:** die Gerade durch (ein unten → aus unten) und (ein oben → aus oben), etwa 4 bis 20 mA → 0 bis 10 bar. Mit *Innerhalb halten* wird ein Ergebnis jenseits der beiden Ausgangswerte auf den näheren gesetzt, und seine Qualität wird *UncertainEngineeringUnitsExceeded*: eine Stromschleife bei 0 mA ist ein gebrochener Draht, kein leerer Tank.

**Einheit:** des Ergebnisses; leer lassen, wenn es die des Eingangs ist.

**Schlechte und unsichere** Messwerte werden skaliert wie andere und behalten ihre Qualität. **NaN und unendlich**, auch ein für eine Zahl zu großes Ergebnis, sind schlecht. **Verspätete, doppelte und rückwärts laufende** werden skaliert, wie sie kommen: nichts wird gemerkt. Ein Messwert, der sich nicht ändert, kommt durch, wie er ist.` },
  'transform.select': { of: '67ef45db', text: `Wahr gibt *Wenn wahr*, falsch gibt *Wenn falsch*, mit Zeit und Qualität des gekommenen Messwerts.

**Schlechte und unsichere** Messwerte behalten ihre Qualität, sodass ein Aktor dahinter tut, was seine Schreibgrenzen für schlechten Eingang sagen. Ein **fehlender Wert** (null) oder einer, der weder wahr noch falsch ist, gibt einen fehlenden Wert schlechter Qualität, nie eine der beiden Zahlen: es gibt keinen Standardzweig. **NaN** kann von einer booleschen Leitung nicht kommen; von einer untypisierten zählt es als fehlend. **Verspätete, doppelte und rückwärts laufende** werden behandelt, wie sie kommen: nichts wird gemerkt.` },
  'transform.set': { of: '9162594f', text: `**Tag:** der neue Name; \`{tag}\` steht für den jetzigen, also setzt \`line1/{tag}\` ein Präfix davor. Leer behält ihn.

**Wert:** *behalten* lässt ihn; sonst erhält jeder Messwert die hier gegebene Zahl, den Schalter oder Text. Mit *Einheit* wird die Einheit einer Leitung genannt, die keine hat; es rechnet nicht um. Zeit und Qualität bleiben die des gekommenen: ein fester Wert auf einem **schlechten** Messwert ist schlecht.

**NaN und unendlich**, die behalten werden, werden schlecht. **Verspätete, doppelte und rückwärts laufende** werden behandelt, wie sie kommen: nichts wird gemerkt. Ein Messwert, der sich nicht ändert, kommt durch, wie er ist.` },
  'transform.smooth': { of: 'df3a2bf4', text: `**Gleitendes Mittel** und **gleitender Median** sind die der Messwerte im Fenster, nach Anzahl oder Quellzeit; bis es voll ist, der vorhandenen. **Exponentiell** ist das Verzögerungsglied erster Ordnung eines Reglers: *alpha = 1 − exp(−dt / Zeitkonstante)*, richtig bei jedem Abstand der Messwerte. **Savitzky-Golay** legt ein Polynom an das Fenster und gibt dessen Wert beim neuesten Messwert oder, später, aber glatter, beim mittleren; es nimmt Messwerte als gleich verteilt (wo sie es nicht sind, Neu abtasten davor setzen) und beginnt mit kürzeren Fenstern. **Kalman** verfolgt eine Größe, die schwankt oder einen Trend hat, durch einen Fühler bekannten Rauschens, bei jedem Abstand.

**Mittlerer Messwert:** Ergebnisse tragen die Zeit ihres Messwerts, ein halbes Fenster zurück. Die erste Hälfte des ersten Fensters kommt, wenn es voll ist; was noch wartet, wenn ein schlechter Messwert, eine Lücke oder das Ende der Aufzeichnung kommt, gibt das Ende des Polynoms, oder, war nie ein Fenster voll, ungeglättet als *UncertainSubNormal*. Fenster hinter diesem Knoten warten auf das, was noch kommen kann: *Messwerte − 1* mal die längste Lücke. Diese Lücke so kurz machen, wie es die Messwerte erlauben.

**Schlechte Messwerte, NaN und unendlich** gehen nie in ein Ergebnis ein. Sie kommen sofort mit eigener Qualität und dem letzten Ergebnis als Wert durch (vor dem ersten fehlend). Beim mittleren Messwert beenden sie auch das Fenster. Nach der *längsten Lücke* ohne brauchbaren Messwert beginnt es von vorn. **Unsichere** werden verwendet: ein Ergebnis ist unsicher, solange einer im Fenster ist, oder, wo nie einer hinausgeht (exponentiell, Kalman), solange unsichere mehr als 1 % des Gewichts haben.

**Doppelte** (gleiche Zeit, gleicher Wert, gleiche Qualität) werden ausgelassen. **Verspätete und rückwärts laufende**, älter als der neueste, auch: Weitergegebenes lässt sich nicht noch einmal glätten. Einer, der um mehr als die längste Lücke älter ist, heißt, dass die Uhr der Quelle zurückgestellt wurde: es beginnt von vorn.

Quelle: exponentielle Glättung als abgetastetes Verzögerungsglied (IEC-61131-3-Bibliotheken, PT1); Savitzky und Golay, Analytical Chemistry 36 (1964), 1627, mit den Berichtigungen von Steinier u. a. (1972), Enden nach Gorry, Analytical Chemistry 62 (1990), 570; Kalman, Trans. ASME J. Basic Eng. 82 (1960), 35.` },
  'transform.split': { of: '7ca067e3', text: `**Vektor:** je Element ein Messwert mit eigenem Tag; alle haben die Zeit des Vektors. **Datensatz:** je Feld einer (bei einem Datensatz im Datensatz einer für den inneren). **Text:** je Teil zwischen Trennzeichen einer, als Text (Auslesen macht Zahlen daraus). **Kurve:** je Messwert einer, mit dem Tag der Kurve und eigener Zeit: der erste hat die der Kurve, jeder weitere ist um *Zeit zwischen Messwerten* später.

\`{name}\` im Tag ist der Name des Feldes oder der des Elements aus der Liste, sonst seine Nummer. Ein Tag ohne \`{name}\` und \`{index}\` gibt allen Teilen einen Tag und eine Zeit: das Folgende kann sie für Berichtigungen voneinander halten.

**Schlechte und unsichere** Qualität geht an jeden Teil. Ein fehlender Messwert (null, oder ein leerer schlechter Qualität) gibt einen fehlenden Wert für jeden Teil, den die Namensliste oder der letzte Messwert dieses Tags hatte; ist von ihnen nichts bekannt, und bei einer Kurve, einen fehlenden Wert mit dem Tag des Ganzen. **NaN und unendlich** sind schlecht, jedes für sich. Ein leerer Messwert guter Qualität hat keine Teile und wird verworfen. **Verspätete, doppelte und rückwärts laufende** werden behandelt, wie sie kommen; überlappende Kurven geben rückwärts laufende Messwerte.` },
  'transform.template': { of: '86f8bc98', text: `\`{{motor.speed}}\` ist ein Feld, \`{{.}}\` der ganze Wert, \`{{@tag}}\`, \`{{@time}}\` (Millisekunden), \`{{@quality}}\` und \`{{@value}}\` sagen etwas über den Messwert. \`{{#list}} ... {{/list}}\` wird für jedes Element eines Vektors, einer Kurve oder Liste wiederholt (\`{{.}}\` ist das Element, \`{{@index}}\` seine Nummer); bei einem Datensatz einmal geschrieben, mit seinen Feldern zur Hand; bei allem anderen einmal, außer es ist falsch, leer oder fehlt. \`{{^field}} ... {{/field}}\` wird geschrieben, wo das andere nicht geschrieben wird. \`{{! ... }}\` ist ein Kommentar. Ein Abschnittszeichen allein in einer Zeile nimmt die Zeile mit. Mehr Logik gibt es nicht, und nie wird etwas als Code ausgeführt.

**Filter:** \`{{speed | fixed(1)}}\`, \`significant(3)\`, \`upper\`, \`lower\`, \`trim\`, \`iso\` und \`time('HH:mm')\` für Millisekunden, \`json\` (mit Anführungszeichen), \`raw\` (nicht maskiert), \`default('n/a')\`. Ein Filter, der nicht zum Wert passt, lässt ihn.

**Fehlende Werte, NaN und unendlich** lauten wie hier eingestellt, und das Dokument ist dann *Uncertain*, außer ein \`default\` springt ein. **Schlechte** Messwerte geben ein Dokument ihrer schlechten Qualität, in dem alle Werte fehlen oder geschrieben werden, je nach Wahl (ein Datensatz aus Datensatz bilden hat null, wo seine Eingänge schlecht waren: *werden geschrieben* wählen). **Unsichere** Qualität geht weiter. **Verspätete, doppelte und rückwärts laufende** werden behandelt, wie sie kommen: nichts wird gemerkt.

Ein Dokument, das über seine Länge oder über 100000 Schritte wächst, zählt als fehlgeschlagen.

Quelle: Mustache(5), eine Teilmenge ohne Partials, Lambdas und andere Begrenzer, mit Filtern.` },
  'aggregate.align': { of: '56860549', text: `Ein Ergebnis hat von jedem Eingang einen Wert zu **einer Zeit**: der jedes Messwerts des ersten Eingangs, jedes Messwerts irgendeines, oder in festem Takt. Von jedem Eingang nimmt es den **letzten Messwert davor** (oder genau dann), den **nächstliegenden** (von zwei gleich nahen den früheren) oder den Punkt auf der **Geraden** zwischen dem davor und dem danach; keinen weiter entfernt als die Toleranz. Ein Eingang kann eine eigene Regel haben.

Ein Ergebnis wird erst gegeben, wenn die Quellzeit um das Warten auf verspätete Messwerte darüber hinaus ist (und um die Toleranz, wo spätere zählen): Messwerte, die innerhalb dieses Wartens in anderer Folge eintreffen, geben **dieselben Ergebnisse**. Eine stumme Quelle hält nichts länger als 10 s auf. Hat ein Eingang keinen, wird das Ergebnis ohne ihn, ohne jeden Wert (beide *BadNoData*) oder gar nicht gegeben; hat keiner einen, gibt es kein Ergebnis.

Die Qualität eines Ergebnisses ist die **schlechteste** des Genommenen. **Schlechte Messwerte, NaN und unendlich** sind Messwerte: ein schlechter verdeckt die guten davor, sein Feld hat seinen Wert und das Ergebnis seine schlechte Qualität; auf einer Geraden daneben gibt es keinen Wert. In einem Vektor ist Fehlendes NaN, und das Ergebnis ist schlecht. **Unsichere** machen Ergebnisse unsicher.

**Verspätete und rückwärts laufende** gehen nach ihrer Zeit ein; die hinter dem Warten werden verworfen. **Doppelte** (eines Eingangs, gleiche Zeit, gleicher Wert, gleiche Qualität) werden verworfen; von zwei verschiedenen einer Zeit zählt der zuletzt gekommene.

Der Tag ist der des ersten Eingangs mit einem Wert, oder die Anlage, wo Tags einer Anlage zusammengehören.

Quelle: As-of-Join wie in kdb+ (aj) und pandas (merge_asof: backward, nearest); Ereigniszeit und Verspätung nach Akidau u. a., The Dataflow Model, VLDB 2015.` },
  'aggregate.counter': { of: 'c571ee06', text: `**count** ist die Zahl des laufenden Zeitraums und **total** die seit dem letzten Zurückstellen; beide kommen mit jedem zählenden Messwert. Endet ein Zeitraum, sagt **period**, wie viele er hatte, und **rate**, wie viele das je Zeiteinheit sind, mit der Zeit des *Beginns*. Zeiträume ohne Messwert zählen 0. Fenster beginnen zu ganzen Vielfachen seit 1970-01-01 UTC, Tage und Schichten gehen nach der Uhr der Zeitzone und sind so lang, wie sie wirklich sind. Ein Fenster hinter einem *period*, das kommt, wenn seine Zeit lange vorbei ist, muss so lange auf verspätete Messwerte warten, wie ein Zeitraum dauert.

**Zurückstellen:** wahr am Eingang *reset*, oder die Handlung des Bedieners, setzt Zahl und Summe aller Tags auf 0.

**Schlechte Messwerte, NaN** (als Änderung einer Zahl) **und fehlende Werte** zählen nichts: *count* und *total* kommen mit ihren jetzigen Zahlen und der schlechten Qualität. Was der Wert davor war, wird mit dem danach verglichen, eine inzwischen geschehene Flanke zählt also einmal, und die Zahl des Zeitraums ist *UncertainSubNormal*, weil mehr geschehen sein kann. **Unsichere** zählen und machen die Zahl ihres Zeitraums unsicher. Ein Zeitraum, der nicht von Anfang bis Ende gesehen wurde, ist unsicher.

**Verspätete und rückwärts laufende** (älter als der neueste ihres Tags) werden verworfen: in einer vergangenen Folge lässt sich nichts zählen. **Doppelte** (sofort gleiche Zeit, gleicher Wert, gleiche Qualität) werden verworfen, sodass bei *Jeden Messwert* keiner zweimal zählt.

Quelle: IEC 61131-3:2013, Tabelle 46 (Zähler; Flanken mit R_TRIG und F_TRIG).` },
  'aggregate.duration': { of: '4197bac8', text: `Nimmt wahr und falsch, Zahlen oder Texte; die Tabelle sagt, welcher Wert welcher Zustand ist. **state** und **current** sagen den jetzigen Zustand und seit wie vielen Sekunden er dauert, **totals** die Sekunden in jedem Zustand im laufenden Zeitraum (oder seit dem letzten Zurückstellen), **starts**, wie oft jeder betreten wurde; alle kommen mit jeder Änderung und in einem langen Zustand zu jeder Marke von *Zeigen alle*. **period** sind die Summen eines beendeten Zeitraums, mit der Zeit seines *Beginns*. Tage und Schichten gehen nach der Uhr der Zeitzone und sind so lang, wie sie wirklich sind. Ein Fenster hinter einem *period*, das kommt, wenn seine Zeit lange vorbei ist, muss so lange auf verspätete Messwerte warten, wie ein Zeitraum dauert.

Gerechnet wird in **Quellzeit**, bis auf Bruchteile einer Millisekunde. Die Ereigniszeit einer stummen Quelle geht mit der Uhr des Gateways weiter, 10 s zurück, ein langer Zustand zeigt sich also auch, wenn nichts kommt. Die Handlung *reset* setzt Summen und Starts auf 0.

**Schlechte Messwerte, NaN, fehlende Werte** und, wo eine Grenze gesetzt ist, **Stille** sind der Zustand *unknown*, der eine eigene Summe hat: diese Zeit ist in keinem anderen. *state* und *current* sind dann schlecht, Summen mit unbekannter Zeit darin *UncertainSubNormal*, ebenso die eines Zeitraums, der nicht von Anfang an gesehen wurde. **Unsichere** zählen und machen Ergebnisse unsicher.

**Verspätete und rückwärts laufende** innerhalb des Wartens werden an ihren Platz gesetzt; spätere werden verworfen, da diese Zeit verbucht ist. **Doppelte** (sofort mit gleicher Zeit, gleichem Wert und gleicher Qualität wiederholt) werden verworfen.

Quelle: Zeit im Zustand nach OPC 10000-13, 5.4.3.15 (DurationInStateZero, DurationInStateNonZero), für beliebig viele Zustände.` },
  'aggregate.histogram': { of: 'd90df719', text: `Jedes Ergebnis ist ein Vektor, **bins**, ein Element je Klasse. Eine Klasse umfasst *untere Grenze ≤ Wert < obere Grenze*, die letzte auch ihre obere. Was außerhalb liegt, zählen **below** und **above**, nie die erste oder letzte Klasse; **total** sind alle brauchbaren Messwerte, innen und außen. Jeder Tag hat ein eigenes Histogramm.

**Zeitfenster** folgen einander in Quellzeit, ab ganzen Vielfachen seit 1970-01-01 UTC; ein Ergebnis hat die Zeit des Fensterbeginns. **Eine Zahl von Messwerten:** ein Ergebnis nach jeweils so vielen, mit der Zeit des ältesten. **Mit Vergessen:** jeder Messwert wiegt nach der Halbwertszeit halb so viel; Zahlen sind dann Summen von Gewichten, und ein Ergebnis kommt nach jeweils so vielen Messwerten mit der Zeit des neuesten.

**Schlechte Messwerte, NaN und unendlich** sind in keiner Klasse, senken aber **goodPercent**; unter dem Nötigen ist das Ergebnis *UncertainSubNormal*, und ohne brauchbaren Messwert fehlt *bins*, und alles ist *BadNoData*. **Unsichere** werden gezählt, sind aber keine guten.

**Verspätete und rückwärts laufende** kommen in ihr Fenster, solange es offen ist, danach werden sie verworfen. Über Messwerte macht die Folge keinen Unterschied; mit Vergessen geht ein älterer mit dem Gewicht seines Alters ein. **Doppelte** (sofort mit gleicher Zeit, gleichem Wert und gleicher Qualität wiederholt) werden verworfen.

Quelle: Vergessen als Forward Decay, Cormode, Shkapenyuk, Srivastava und Xu, ICDE 2009.` },
  'aggregate.matrix': { of: '995fc194', text: `Die neuesten *Zeilen* Messwerte aller Spalten, die ältesten zuerst, als ein Vektor aus *Zeilen × Spalten* Elementen: Zeile für Zeile ([time, feature]) oder Spalte für Spalte ([feature, time]). Seine Länge kommt aus den Einstellungen, sodass die Leitung zum Eingang eines Modells vor dem Betrieb geprüft wird. Mit *alle* 1 gibt jede Zeile ein Ergebnis, mit *alle* = *Zeilen* ist kein Messwert in zwei Ergebnissen.

Eine **Zeile** besteht aus den Messwerten **ein und derselben Zeit**, je Eingang einem. Sie geht ein, sobald sie vollständig ist und keine ältere wartet. Was unvollständig ist, wenn die Quellzeit um das Warten darüber hinaus ist, ist eine schlechte Zeile: ein fehlendes Signal zeigt sich. Für Signale, die nicht zusammen gelesen werden, Zeilen mit einem Abgleichen davor bilden: dessen Vektor ist hier der Vektoreingang. Das Ergebnis hat die Zeit seiner neuesten Zeile; sein Tag ist der der ersten Spalte, oder die Anlage, wo Tags einer Anlage zusammengehören.

**Schlechte Messwerte, NaN, unendlich** und Vektoren anderer Länge ergeben eine schlechte Zeile. Je nach Wahl macht sie Ergebnisse schlecht, ohne Wert, solange sie darin ist; oder die Zeile davor steht an ihrer Stelle, und Ergebnisse sind *UncertainLastUsableValue*; oder die Matrix beginnt neu. Während die Matrix sich füllt, gibt eine schlechte Zeile sofort ein schlechtes Ergebnis. **Unsichere** machen Ergebnisse unsicher, ebenso zum Auffüllen erfundene Zeilen.

**Verspätete und rückwärts laufende**, nicht neuer als die neueste Zeile, werden verworfen. **Doppelte**, ein zweiter Messwert eines Eingangs für eine noch wartende Zeile, werden verworfen; der erste zählt.` },
  'aggregate.oee': { of: 'c50eb282', text: `Wie ISO 22400-2 sie definiert: **availability** ist Laufzeit durch geplante Zeit; **performance** (Effektivität) ist ideale Taktzeit × Teile durch Laufzeit; **quality** ist Gutteile durch alle; **oee** ist ihr Produkt, also ideale Taktzeit × Gutteile durch geplante Zeit. In Prozent; eine Leistung über 100 % zeigt eine zu lange ideale Taktzeit, und nichts wird abgeschnitten. Sie zeigen sich für den laufenden Zeitraum zu jeder Marke von *Zeigen alle*; **period** ist alles eines beendeten Zeitraums (Anteile, Sekunden, Teile), mit der Zeit seines Beginns. Ein Fenster hinter einem *period*, das kommt, wenn seine Zeit lange vorbei ist, muss so lange auf verspätete Messwerte warten, wie ein Zeitraum dauert.

**Eingänge:** *running* wahr oder falsch. *total* und *good* (oder *scrap*) als steigende Zähler, deren Überlauf oder Neustart erkannt wird, oder jeweils als neue Teile. Die erste Zahl eines Zählers ist sein Anfang und zählt keine. *planned*, wo die geplante Zeit nicht der ganze Zeitraum ist: nur Zeit und Teile, solange es wahr ist, zählen. Ohne einen Wert, durch den zu teilen wäre (nichts geplant, nichts gefertigt), fehlt ein Anteil und ist *BadNoData*.

**Schlechte Messwerte, NaN, fehlende Werte** von *running*, und Stille, wo eine Grenze gesetzt ist, sind **unbekannte** Zeit: geplant, aber keine Laufzeit, sodass sie nie schmeichelt; **unknown** ist ihr Anteil, und Ergebnisse mit ihr sind *UncertainSubNormal*. Ebenso geplante Zeit, solange *planned* schlecht ist. Schlechte Zähler werden ausgelassen: ein Zähler holt mit seiner nächsten Zahl auf; verlorene Zuwächse machen den Zeitraum unsicher, ein Neustart auch. **Unsichere** machen Ergebnisse unsicher, ebenso ein Zeitraum, der nicht von Anfang bis Ende gesehen wurde.

**Verspätete und rückwärts laufende** innerhalb des Wartens werden über alle Eingänge hinweg an ihren Platz gesetzt; spätere werden verworfen. **Doppelte** (eines Eingangs, sofort mit gleicher Zeit, gleichem Wert und gleicher Qualität wiederholt) werden verworfen, sodass neue Teile nie zweimal zählen.

Quelle: ISO 22400-2:2014, 9 (Verfügbarkeit, Effektivität, Qualitätsrate, OEE-Index).` },
  'aggregate.spectrum': { of: '1375b384', text: `Jede ankommende Kurve gibt an jedem Ausgang einen Messwert, mit Tag und Zeit der Kurve.

**bands**: Energie in jedem der gleich breiten Bänder, im Quadrat der Einheit der Kurve. Die Summe über alle Frequenzen ist das Quadrat des Effektivwerts; ein Sinus der Amplitude A gibt A²/2, gleich mit welcher Fensterfunktion, die herausgerechnet wird (nach ihrer Energie; Spitzen nach ihrer Höhe). Je nach Wahl als Effektivwert, Amplitude oder Dichte. **rms**, **crest** (Spitze durch Effektivwert) und **kurtosis** (3 bei Rauschen, mehr bei Stößen) gelten um den Mittelwert. **features** ist alles davon in einem Vektor: Bänder, Hüllkurvenbänder, wo gewählt, Effektivwert, Scheitelfaktor, Kurtosis. Das nimmt ein Modell. **peakFrequencies** und **peakAmplitudes** (wo gewählt): die höchsten Spitzen der Kurve zwischen Von und Bis, die höchste zuerst, zwischen Linien durch eine Parabel; wo es weniger sind, 0 und 0.

**Mittelungen:** innerhalb einer Kurve über überlappende Abschnitte (Welch), und über Kurven, von so vielen oder laufend; Energien und Quadrate des Effektivwerts werden gemittelt, Scheitelfaktor und Kurtosis, wie sie sind; Spitzen sind die der neuesten Kurve.

Bänder in **Ordnungen** brauchen die Wellendrehzahl in Hz am Eingang *speed*. Eine Kurve, zu der noch keine Drehzahl kam, wird verworfen; bei schlechter oder alter ist jeder Ausgang schlecht; bei Stillstand, oder so langsam, dass ein Band schmaler als eine Spektrallinie ist, wird sie verworfen. Ein höchstes Band jenseits der halben Abtastrate gibt schlechte Ausgänge: dort ist nichts bekannt. **Ordnungsverfolgung** nach einer Drehzahl nimmt die neueste für die ganze Kurve, und eine, die sich in ihr ändert, macht Ergebnisse unsicher. Nach Winkel ist die Drehzahl zwischen ihren Messwerten eine Gerade, die Kurve wird in gleichen Winkeln durch ein kubisches Polynom gelesen, und nur eine mehr als vierfache Änderung gibt schlechte Ausgänge.

**bpfo, bpfi, bsf, ftf** (mit der Geometrie eines Lagers): Energie (oder Effektivwert, Amplitude) um die ersten Harmonischen von Schäden an Außenring, Innenring, Wälzkörper und Käfig, im Spektrum der Hüllkurve, wo es eines gibt. Auch sie brauchen die Drehzahl.

Eine **schlechte** Kurve, eine mit **NaN** oder unendlich, oder eine, in der alle Messwerte gleich sind (ein toter Fühler), gibt schlechte Ausgänge ohne Wert und ist in keinem Mittel. Eine unsichere gibt unsichere Ausgänge und macht Mittel unsicher, solange sie zählt. Jede Kurve wird für sich gerechnet, **verspätete, wiederholte und rückwärts laufende** also auch; bei Mitteln über Kurven wird eine, die nicht neuer als die letzte ihres Tags ist, verworfen. Eine Drehzahl, die älter als die verwendete ist, wird verworfen.

Quellen: Skalierung nach Heinzel, Rüdiger und Schilling (2002); Mittel nach Welch (1967); Hüllkurve und Schadensfrequenzen nach Randall und Antoni (2011); Ordnungsverfolgung nach Winkel nach Fyfe und Munck (1997); Spitzen nach Gasior und Gonzalez (2004).` },
  'aggregate.waveform': { of: 'a9aa6ece', text: `Jede ankommende Kurve gibt an jedem Ausgang einen Messwert, mit Tag und Zeit der Kurve.

**rms**, **peak**, **peakToPeak** und die Faktoren gelten um den Mittelwert, der ein eigener Ausgang ist. **crest**: Spitze durch Effektivwert, 1,41 bei einem Sinus. **kurtosis**: 3 bei Rauschen, 1,5 bei einem Sinus, mehr bei Stößen. **skewness**: 0, wenn beide Seiten gleich sind. **shape**: Effektivwert durch mittleren Betrag. **impulse**: Spitze durch mittleren Betrag. **clearance**: Spitze durch das Quadrat der mittleren Wurzel des Betrags; er steigt zuerst, wenn ein Lager zu versagen beginnt. **crossings**: Vorzeichenwechsel je Sekunde. **features**: Effektivwert, Spitze, Spitze zu Spitze, Mittelwert, Scheitelfaktor, Kurtosis, Schiefe, Form-, Impuls-, Clearance-Faktor, Nulldurchgänge in einem Vektor.

**velocity** (nur wenn gewählt): Effektivwert der Geschwindigkeit im Band, aus dem Spektrum der Beschleunigung geteilt durch 2πf, mit Hann-Fenster. Nichts wird in der Zeit integriert, also driftet nichts. Eine Kurve, die kürzer als zwei Perioden der unteren Bandgrenze ist, gibt eine schlechte Geschwindigkeit ohne Wert.

Eine **schlechte** Kurve, eine mit **NaN** oder unendlich, oder eine, in der alle Messwerte gleich sind (ein toter Fühler), gibt schlechte Ausgänge ohne Wert; eine unsichere unsichere Ausgänge. Jede Kurve wird für sich gerechnet: **verspätete, doppelte und rückwärts laufende** auch.

Quellen: ISO 13373-1:2002 (Faktoren); Caesarendra und Tjahjowidodo, Machines 5 (2017), Tabelle 1 (Impuls, Clearance); ISO 20816-1:2016, 4.2 (Geschwindigkeit und ihr Band).` },
  'aggregate.window': { of: '26563ffe', text: `Statistik jedes Tags für sich (oder jedes *Schlüssels*), in Quellzeit, über die gewählten Fenster:

- **Aneinandergereiht**: eines nach dem anderen, ab ganzen Vielfachen der Länge (UTC). **Überlappend**: gleiche Länge, öfter.
- **Kalender**: Schichten, Tage, Wochen, Monate oder Jahre einer Zeitzone; der Tag, an dem die Sommerzeit beginnt oder endet, hat 23 oder 25 Stunden. Ein Beginn, den die Uhr zweimal zeigt, ist der erste; einer, den sie auslässt, ist um so viel später. *Über die letzten* 7 Tage gibt jeden Tag eine laufende Woche.
- **Gleitend**: bei jedem Messwert die der Länge davor (*Zeit − Länge < t ≤ Zeit*), und, wenn gewählt, eine Zeit danach.
- **Sitzung**: endet, wenn der Tag für die Lücke schweigt, oder bei ihrer größten Länge.
- **Anzahl**: so viele Messwerte beliebiger Qualität. Eine nicht volle gibt nichts.
- **Auslöser**: von einem Auslöser zum nächsten, für alle Tags: *letzter Auslöser < t ≤ Auslöser*, das erste ab dem ersten Messwert. Ein Auslöser ist *wahr* oder eine Zahl ungleich 0 nach *falsch* oder 0, und jeder Text, Datensatz oder jedes Ereignis.

**Zeit.** Alle außer gleitenden, Sitzungs-, Anzahl- und Auslöserfenstern nehmen *Beginn ≤ t < Ende*. Ein Fenster schließt, wenn die Quellzeit über sein Ende und das Warten auf verspätete Messwerte hinaus ist; eine stumme Quelle hält es nicht offen. Jedes Ergebnis hat die Zeit des **Beginns**, wie in OPC UA, oder des Endes; bei gleitenden die des Messwerts.

**Fenster hinter Fenstern.** Die Ereigniszeit hinter diesem Knoten ist die der noch kommenden Ergebnisse, sodass ein Fenster aus Minuten hinter einem aus Sekunden alle nimmt; Ergebnisse addieren ihr Warten. Nicht so beim *Beginn* von Anzahl- und Auslöserfenstern und von Sitzungen ohne größte Länge, die beliebig früh begonnen haben können: dort das *Ende* wählen.

**Statistik.** Alle Messwerte zählen gleich, wie lange sie auch standen, außer bei *Mittelwert über die Zeit* und *gute Zeit*: dort gilt jeder Wert bis zum nächsten Messwert oder geht in einer Geraden zu ihm, nicht länger als die *längste Lücke*, vom Messwert vor dem Fenster bis zu dessen Ende. *Standardabweichung* ist die einer Stichprobe (n − 1), 0 bei einem einzelnen. *Spannweite*, *Änderung* und *Standardabweichung* sind Differenzen: von °C sind sie Kelvin, also vor diesem Knoten umrechnen, nicht danach. *Steigung* ist die der kleinsten Quadrate, fehlend bei Messwerten zu weniger als zwei Zeiten. *Perzentile* werden zwischen Messwerten interpoliert; bei mehr Messwerten, als behalten werden, sind sie einer der Messwerte, dessen Rang auf 0,5 % genau ist. *Ein Datensatz* hat die Qualität des schlechtesten darin.

**Schlechte Messwerte, NaN und unendlich** bleiben den Werten fern, zählen aber im *guten Anteil*, und solange sie dauern, ist keine gute Zeit. Liegt der Anteil guter Messwerte (bei Zeitgewichtetem: guter Zeit) unter dem Nötigen, sind Ergebnisse *UncertainSubNormal*; ohne brauchbaren Messwert fehlen sie und sind *BadNoData*. Mit **unsicheren** wird gerechnet, sie sind aber keine guten.

**Ohne Messwert** gibt ein Fenster nichts, oder *BadNoData* und Anzahl 0, oder noch einmal das letzte Ergebnis als *UncertainLastUsableValue*, auch bei einem verstummten Tag; höchstens so viele in Folge.

**Verspätete und rückwärts laufende** kommen in ihr Fenster, solange es offen ist; ist es (bei überlappenden: das erste davon) geschlossen, gehen sie unverändert an **late** hinaus. Gleitende, Sitzungs-, Anzahl- und Auslöserfenster ordnen Messwerte zuerst, so lange gewartet wird; Späteres geht an **late** hinaus. **Doppelte** (sofort mit gleicher Zeit, gleichem Wert und gleicher Qualität wiederholt) werden ausgelassen. Ein Auslöser, der schlecht, verspätet oder nicht eingeschaltet ist, wird verworfen und gezählt.

**Grenzen.** Aneinandergereihte Fenster behalten keine Messwerte, außer Perzentile oder Zeitgewichtung sind gewählt. Wo mehr Messwerte nötig sind als *Behaltene Messwerte*, gehen die ältesten vorzeitig: gleitende Fenster sind dann unsicher, ebenso Zeitgewichtetes, wenn danach ein verspäteter kommt. Ein Auslöser bedient 10000 Tags.

Quelle: OPC 10000-13, 5.4.3.2 (Status), 5.4.3 (Zeit des Ergebnisses, TimeAverage, PercentGood); Mittelwert und Abweichung nach Welford, Technometrics 4 (1962), zusammengeführt nach Chan, Golub und LeVeque (1979); Fenster und Wasserzeichen nach Akidau u. a., The Dataflow Model, VLDB 8 (2015); Perzentile nach Hyndman und Fan (1996), Definition 7, und Greenwald und Khanna, PODS 2004; gleitende Fenster nach Tangwongsan u. a., DEBS 2017.` },
  'inference.onnx': { of: '117e56fc', text: `Die Anschlüsse sind die Ein- und Ausgänge des Modells selbst, mit Einheiten und Namen aus seiner Karte. Ein Tensor mit einem Element ist eine Zahl (ein Wahrheitswert, ein Text), ein längerer ein Vektor in Zeilenfolge; eine Stapelachse zählt als 1. Ein Ausgang mit Klassennamen gibt auch **NAME_label**: den Namen seines größten Elements.

Bei mehreren Eingängen gehören die Messwerte gleicher Zeit zusammen: ein Messwert wird gehalten, bis jeder Eingang einen dieser Zeit hat. Von mehr als 64 unvollständigen Zeiten wird die älteste aufgegeben.

Ein schlechter Messwert, einer ohne Wert oder einer mit NaN oder unendlich gibt schlechte Ausgänge ohne Wert, und das Modell wird nicht ausgeführt; ebenso ein Ergebnis, das nicht endlich ist. Ein unsicherer gibt unsichere Ergebnisse. Eine falsche Zahl von Elementen schlägt fehl. Verspätete, wiederholte und rückwärts laufende werden gerechnet wie alle anderen: das Modell merkt sich nichts. Ergebnisse tragen Tag und Zeit des Eingangs.

Schnelle Modelle (unter etwa 0,2 ms) laufen im Flow mit, langsamere auf einem Thread daneben; die Folge bleibt.` },
  'rule.alarm': { of: 'c465904b', text: `**active** sagt für jeden Messwert, mit seiner Zeit und Qualität, ob der Alarm ansteht: mit dem verbinden, was reagieren muss. **event** meldet jede Änderung. Jeder Tag hat einen eigenen Alarm mit bis zu sechs Grenzen: *high-high*, *high*, *low*, *low-low*, *deviation* vom Sollwert, *rate* der Änderung. Die Liste zeigt je Tag eine Zeile: von den Grenzen, die auf Quittierung warten, die schwerste.

**Zustände.** *unacknowledged* (gekommen), *acknowledged* (quittiert), *returned* (wieder normal, noch nicht quittiert), *latched* (zurück und quittiert, wartet auf Zurücksetzen), *normal*. Darüber: *shelved* (vom Bediener zurückgestellt, für eine Zeit, endet von selbst), *suppressed* (planmäßig unterdrückt: Eingang **suppress**, oder ein Bediener), *out-of-service* (außer Betrieb). In diesen dreien werden die Grenzen weiter überwacht, und **active** sagt weiter die Wahrheit, aber niemand wird gerufen und kein Ereignis gegeben. Endet es, wird gemeldet, was noch ansteht; was inzwischen kam und ging, ist vergessen, außer es speichert.

**Handlungen:** acknowledge, shelve (\`durationS\`), unshelve, suppress, unsuppress, out-of-service, return-to-service, reset. Ein Zurücksetzen beendet ein quittiertes Speichern und nimmt dem **ersten** Alarm dieses Knotens das Kennzeichen.

**Verzögerungen** laufen in Quellzeit. Kommt kein weiterer Messwert, gilt der letzte für den Rest der Verzögerung. **Änderungsrate** ist das Mittel zwischen zwei weit genug entfernten Messwerten.

**Schlechte Messwerte, NaN und unendlich** lösen weder aus noch beenden sie einen Alarm: *active* behält seinen Zustand und trägt die schlechte Qualität weiter. Sie halten eine laufende Einschaltverzögerung nicht an; eine Ausschaltverzögerung beginnt mit dem nächsten guten neu. Vor dem ersten guten Messwert ist *active* falsch mit schlechter Qualität, was nicht "normal" ist. **Unsichere** zählen wie gute. Ein schlechter oder fehlender **Sollwert** löst die Abweichung weder aus noch beendet er sie, und *active* ist dann nicht falsch mit guter Qualität. Ein schlechtes **suppress** unterdrückt nichts.

**Verspätete und rückwärts laufende** (älter als der neueste): jenseits einer Grenze zählen sie, als kämen sie mit der neuesten Zeit; innerhalb werden sie ausgelassen, denn was früher normal war, sagt nichts über jetzt. Ein älterer Sollwert oder eine ältere Unterdrückung wird ausgelassen. **Doppelte** ändern nichts.

**Nicht sicherheitsgerichtet:** ein Alarm ruft Menschen. Er ersetzt keine sicherheitstechnische Funktion.

Quelle: ANSI/ISA-18.2-2016 und IEC 62682:2022, Alarmzustände, Zurückstellen, planmäßige Unterdrückung; ANSI/ISA-18.1-1979, Erstmeldung.` },
  'rule.compare': { of: '458a0f77', text: `**difference** ist a − b, **ratio** a ÷ b, **larger** sagt *a*, *b* oder *neither*, **alike** ist wahr, solange sie sich um nicht mehr als die Toleranz unterscheiden. Mit Hysterese sind sie erst wieder gleich, wenn sie um so viel näher als die Toleranz gekommen sind. Jeder Eingang behält seinen neuesten Messwert, welchen Tags auch immer; je einen Tag anschließen.

Ein Ergebnis hat die spätere der beiden Zeiten. Es gibt keines, bevor beide Eingänge gehört wurden. Die Differenz zweier Temperaturen in °C ist in Kelvin.

**Schlechte Messwerte, NaN und unendlich:** alle vier Ergebnisse fehlen, mit dieser Qualität: Unbekanntes ist weder gleich noch verschieden. **Veraltet:** liegen die beiden zeitlich weiter auseinander als erlaubt, fehlen die Ergebnisse und sind *BadTimeout*. **Unsichere** geben unsichere Ergebnisse. Ein Verhältnis zu 0 ist *BadOutOfRange*.

**Verspätete und rückwärts laufende** (älter als der neueste ihres Eingangs) werden ausgelassen. **Doppelte** werden noch einmal verglichen, mit demselben Ergebnis.

**Nicht sicherheitsgerichtet:** zum Abstimmen unter redundanten Messumformern siehe Abstimmung, und für das, was sicher sein muss, ein Sicherheitssystem.

Quelle: IEC 61131-3, Standardvergleichsfunktionen; die Hysterese ist die eines Zweipunktreglers.` },
  'rule.condition': { of: '42e1ebd1', text: `**result** sagt für jeden Messwert, ob die Bedingung nach den Verzögerungen gilt; der Messwert selbst geht dementsprechend an **true** oder **false** hinaus, und an **unknown**, wenn sich die Bedingung nicht sagen lässt. Der Ausdruck wird wie im Knoten Ausdruck in **CEL** geschrieben: *value*, *tag*, *time*, *quality*, \`value > 80\`, \`tag.startsWith('P-')\`, \`value.state == 'alarm'\`, \`count(value > 80) >= 3\`, \`since(value < 1) > 60\`. Jeder Tag wird für sich beurteilt.

**Verzögerungen** laufen in Quellzeit. Kommt kein weiterer Messwert, gilt der letzte für den Rest der Verzögerung, und nur *result* ändert sich.

**Schlechte Messwerte, NaN und unendlich** sind weder wahr noch falsch: *result* fehlt mit schlechter Qualität, der Messwert geht an *unknown* hinaus. Ebenso ein Messwert, dessen Feld fehlt, oder wo der Ausdruck durch null teilt. Sie halten eine laufende Einschaltverzögerung nicht an; eine Ausschaltverzögerung beginnt mit dem nächsten guten neu. Eine Bedingung, die nach der Qualität fragt (\`bad\`, \`quality != 'good'\`, \`isBad(value)\`), wird von ihr beantwortet. **Unsichere** werden beurteilt, das Ergebnis ist unsicher.

**Verspätete und rückwärts laufende** werden beurteilt, wie sie kommen, Verzögerungen zählen ab der neuesten Zeit; **doppelte** ändern nichts außer dem, was Funktionen mit Gedächtnis zählen.

Quelle: die CEL-Spezifikation (google/cel-spec); IEC 61131-3, TON und TOF, für die Verzögerungen.` },
  'rule.pid': { of: '91014ed4', text: `Für jeden **value** ein **output** innerhalb seiner Grenzen, mit der Zeit des Werts. Zeit ist die des Werts; Werte, die früher als der kürzeste Abstand kommen, werden ausgelassen. Nichts wird gegeben, bevor es einen Sollwert gibt.

**Standardform** (ISA): Ausgang = Verstärkung × (Abweichung + ∫ Abweichung / Nachstellzeit + Vorhaltzeit × Steigung). **Parallele Form:** drei eigene Verstärkungen. Die Ableitung ist die des Werts, nicht der Abweichung, und gefiltert; *Sollwertgewicht* macht den P-Anteil weicher. **Störgrößenaufschaltung** wird zum Ausgang addiert.

**Kein Windup:** an einer Grenze wird der I-Anteil auf das zurückgeführt, was der Ausgang wirklich ist, oder hält an. **tracking** mit dem verbinden, was der Aktor wirklich hat (zurückgelesen, oder der Ausgang eines anderen zuständigen Reglers): dann zählen auch dessen Grenzen; es wird verwendet, wenn es neuer ist als der letzte Ausgang. **Keine Stöße:** von Hand auf Automatik, nach einem schlechten Wert und wenn ein Einspielen Einstellungen ändert, geht der Regler von dem Ausgang weiter, der steht. Ohne I-Anteil kann nichts den Unterschied aufnehmen: der Ausgang ist dann *Ausgang beim Start* plus der P-Anteil und kann springen.

**Hand und Automatik:** der Eingang **auto** oder die Handlungen *auto* und *manual* (\`output\`); das Neueste zählt. In Hand ist der Ausgang **manual**, innerhalb der Grenzen.

**Schlechte Werte, NaN und unendlich**, Werte, die nicht mehr kommen, und ein schlechter Sollwert: der Ausgang wird gehalten und ist *schlecht*, oder der angegebene Wert, *unsicher*; er ist nie eine stille Zahl. In Hand bleibt der Ausgang, was die Hand sagt. Von einer schlechten Aufschaltung gilt die letzte gute, und der Ausgang ist unsicher; eine schlechte Nachführung wird nicht verwendet; ein schlechtes auto oder manual ändert nichts. **Unsichere** Werte und Sollwerte regeln, und der Ausgang ist unsicher.

**Verspätete, doppelte und rückwärts laufende** Werte (nicht neuer als der letzte) werden ausgelassen; ebenso ältere Messwerte der anderen Eingänge.

**Nicht sicherheitsgerichtet:** eine Grenze, die halten muss, gehört in die Schreibgrenzen des Aktors, und was Menschen schützt, in ein Sicherheitssystem.

Quelle: Åström und Hägglund, Advanced PID Control (ISA, 2006), 3.2 bis 3.5 (Windup, Nachführung, stoßfreier Übergang) und 13.4 (Algorithmus, gefilterte Ableitung).` },
  'rule.schedule': { of: '25a2eb9e', text: `**value** und **active** werden gegeben, wenn der Flow beginnt, und bei jeder Änderung. **Woche:** eine Zeile gilt an ihren Tagen von einer Zeit bis zur anderen, über Mitternacht, wo *bis* nicht nach *von* liegt; außerhalb aller Zeilen gilt *sonst*. An **Feiertagen** gelten nur Zeilen für Feiertage; was am Tag davor begann, geht bis zu seinem Ende weiter. **Cron:** aktiv für eine Weile ab jeder Zeit des Ausdrucks; eine Zeit, die während des Aktivseins kommt, beginnt die Weile neu.

**Sommerzeit.** Zeiten sind die der Uhr. Eine, die im Herbst zweimal kommt, zählt das erste Mal; eine, die im Frühling ausfällt, ist um so viel später, wie die Uhr springt. Eine Zeile von 24 h dauert dann 23 oder 25. Bei Cron zählt eine ausgefallene oder doppelte Zeit einmal.

Nach einem Neustart oder einem Sprung der Uhr des Gateways gibt er sofort, was dann gilt: Versäumtes wird nicht nachgeholt. Er folgt der Uhr des Gateways; bei einer Wiedergabe der der Aufzeichnung.

**enable** (wahlweise): solange falsch, ist es wie außerhalb aller Zeilen. Eine **schlechte** Freigabe, oder **NaN**, ändert nur die Qualität: die letzte gute gilt, und die Ergebnisse sind unsicher. **Unsichere** zählen. **Verspätete und rückwärts laufende** an enable (älter als die letzte) werden ausgelassen; **doppelte** ändern nichts.

Quelle: RFC 5545, 3.3.5 (Ortszeiten, die zweimal oder gar nicht kommen); IANA-Zeitzonen; Cron wie in POSIX crontab, mittels croner.` },
  'rule.state-machine': { of: '607fa3c4', text: `Eine Tabelle von Zuständen und Übergängen zwischen ihnen. Er beginnt im Anfangszustand. **state** sagt jeden Zustand beim Eintreten, und die Ausgänge erhalten die Werte, die die Tabelle für ihn gibt, der Anfangszustand eingeschlossen.

**Übergänge** werden der Reihe nach versucht, und der erste, der gilt, wird genommen; von \`*\` heißt von jedem anderen Zustand. *Vergleiche*, *wahr*, *falsch* und *schlecht* sind Pegel: sie sehen den neuesten Wert ihres Eingangs an, auch wenn der Zustand gerade betreten wurde. *Das Ereignis* ist ein Text, der zählt, wenn er kommt, und einen Übergang bringt. *Nach* ist die Zeit im Zustand, nach der Uhr des Gateways.

Ein Messwert kann mehrere Übergänge bringen, einen nach dem anderen. Folgen mehr als 100 aufeinander, gilt das als Kreis ohne Ende: der Automat bleibt bis zum nächsten Messwert, wo er ist, und sagt es.

**Schlechte Werte, NaN und unendlich** erfüllen keinen Vergleich und sind weder wahr noch falsch: nur *schlecht* nimmt sie, also jedem Automaten, der etwas bewegt, einen Übergang dafür geben. **Unsichere** werden verglichen wie gute. Was der Automat gibt, ist seine eigene Entscheidung und gut.

**Verspätete und rückwärts laufende** (älter als der neueste ihres Eingangs) werden ausgelassen. **Doppelte** werden noch einmal verglichen; ein wiederholtes Ereignis ist ein Ereignis. Ein Text, für den es aus diesem Zustand keinen Übergang gibt, und ein Messwert, nach dem kein Übergang fragt, ist *ignored* und wird gezählt.

**Nicht sicherheitsgerichtet:** Verriegelungen, die Menschen schützen, gehören in ein Sicherheitssystem.

Quelle: Mealy- und Moore-Automaten wie in IEC 61131-3, Ablaufsprache: Pegel als Übergangsbedingungen, Werte beim Eintreten.` },
  'rule.switch': { of: '325578ea', text: `Regeln werden der Reihe nach versucht. Jede hat einen Ausgang ihres Namens; was keine erfüllt, geht an **otherwise** hinaus. *Erster Treffer* schickt einen Messwert an einen Ausgang, *alle Treffer* an jede Regel, die er erfüllt.

\`zwischen\` schließt beide Enden ein. \`=\` vergleicht Zahlen genau; für Messgrößen \`zwischen\` verwenden. Bedingungen über Zahlen nehmen nur Zahlen, \`wahr\` und \`falsch\` nur Wahrheitswerte, \`der Text\` vergleicht Buchstabe für Buchstabe. *Des Tags* vergleicht den Namen des Tags, worin \`*\` für beliebige Zeichen und \`?\` für eines steht.

**Schlechte** Messwerte erfüllen keine Bedingung über ihren Wert, auch nicht "ungleich": sie gehen an eine Regel *der Qualität schlecht*, sonst an *otherwise*, und bleiben schlecht. Eine Regel *des Tags* nimmt auch sie: ihr geht es nicht um den Wert. **NaN und unendlich** sind schlecht. **Unsichere** werden verglichen wie gute. **Verspätete, doppelte und rückwärts laufende** werden behandelt, wie sie kommen: nichts wird gemerkt. Messwerte kommen durch, wie sie sind.` },
  'rule.vote': { of: '7274e227', text: `**Wahr und falsch:** *result* ist wahr (Abschaltung), wenn so viele Kanäle wie nötig dafür stimmen: 1oo2, 2oo2, 2oo3. **Zahlen:** *result* ist der mittlere Wert, das Mittel, der höchste oder der niedrigste der brauchbaren Kanäle; der mittlere von dreien ist richtig, solange zwei es sind. Je Kanal einen Messumformer anschließen.

**Gestörte Kanäle** (schlecht, NaN, zu lange stumm, nie gehört, und je nach Wahl unstimmige) haben einen eigenen Ausgang mit dem Namen des Kanals, der wahr ist; *degraded* ist wahr, solange es einen gibt. Ein gestörter Kanal *stimmt für die Abschaltung* (2oo3 wird 1oo2) oder *stimmt nicht* (2oo3 wird 2oo2). Solange eingeschränkt, ist das Ergebnis *UncertainSubNormal*. Bleiben zu wenige Kanäle, um je abzuschalten oder einen Wert zu wählen, fehlt das Ergebnis und ist *BadNoData*: nie ein stilles "keine Abschaltung".

**Unstimmigkeit:** ein Kanal, der länger als erlaubt abweicht, vom mittleren Wert um mehr als die Toleranz oder von der Mehrheit, löst einen Alarm aus, den ein Bediener quittiert. Bei zwei Kanälen weiß niemand, welcher recht hat: beide sind unstimmig.

Abgestimmt wird erst, wenn jeder Kanal einmal gehört wurde oder seine Zeit bis veraltet vorbei ist. Ein Ergebnis kommt für jeden Messwert, mit der neuesten Quellzeit, und wenn ein Kanal veraltet. Störungsausgänge und *degraded* melden sich bei Änderung.

**Schlechte Messwerte, NaN und unendlich** machen ihren Kanal gestört. **Unsichere** stimmen ab; das Ergebnis ist unsicher. **Verspätete und rückwärts laufende** (älter als der neueste ihres Kanals) werden ausgelassen. **Doppelte** zeigen, dass der Kanal lebt, und stimmen noch einmal ab.

**Nicht sicherheitsgerichtet.** Das ist keine Sicherheitsfunktion im Sinne der IEC 61511 und gibt kein SIL: es lässt Überwachung und Regelung einen ausgefallenen Messumformer ertragen. Abschaltungen, die Menschen schützen, gehören in ein sicherheitstechnisches System.

Quelle: IEC 61511-1:2016, 3.2 (MooN) und IEC 61508-6, Anhang B, für die Architekturen und ihre Einschränkung; OPC 10000-8, UncertainSubNormal.` },
  'actuator.modbus': { of: 'b137f4e7', text: `Zwischen diesem Knoten und dem Gerät steht der Wächter. Er schreibt nur, solange der Flow scharf ist, nur innerhalb des Bereichs, nie schneller als die angegebene Änderung je Sekunde (ein größerer Schritt wird zur Rampe, ein neuerer Befehl ersetzt sie), und liest zurück, was das Gerät hält.

Der erste Befehl nach dem Scharfschalten liest zuerst das Gerät, damit die Rampe beim wirklichen Wert beginnt. Ein Gerät, das einen Wert außerhalb des Bereichs hält, wird in Ruhe gelassen, bis jemand ihn von Hand hineinbringt.

**Schlecht, NaN, veraltet** (älter als angegeben, oder der Qualität UncertainLastUsableValue) ist nie ein Befehl: der letzte Wert wird gehalten oder der sichere geschrieben, wie die Schreibgrenzen sagen. Andere unsichere Werte sind Befehle.
**Verspätet oder rückwärts**: ein Befehl, der älter als der letzte ist, wird verworfen. **Doppelt**: ein gleicher Wert wird nicht noch einmal geschrieben; das Gerät wird ab und zu gelesen, um zu sehen, dass es ihn noch hält.

Ein fehlgeschlagenes Schreiben wird nicht blind wiederholt: der nächste Befehl liest zuerst das Gerät. Headgate ist kein sicherheitsgerichtetes System.` },
  'uplink.mqtt': { of: 'e20a1350', text: `JSON-Nutzdaten: \`{"tag": "P-101.speed", "value": 45.1, "time": 1764000000000, "quality": "BadTimeout"}\`; die Qualität wird ausgelassen, wenn gut, die Zeit ist in ms seit 1970.

**NaN, unendliche und fehlende** Werte werden nie als Zahl veröffentlicht: JSON hat null und eine schlechte Qualität; ein bloßer Wert wird verworfen. **Schlechte** Werte werden im JSON mit ihrer Qualität veröffentlicht, und als bloßer Wert, der das nicht sagen könnte, verworfen. **Verspätete, doppelte, rückwärts laufende** werden veröffentlicht, wie sie kommen.

Solange der Broker fort ist, geht hier nichts verloren: bis zu 200 Messwerte warten, und die Warteschlange vor diesem Knoten hält den Rest nach ihrer Regel. QoS 0 gilt als zugestellt, wenn es gesendet ist.

Zeichen, die ein Thema nicht haben darf (+, # und NUL), werden _.` },
  'flow.catch': { of: 'c52bbc55', text: `**sample** ist der Messwert, der fehlschlug, wie er zu dem Knoten kam: ihn berichtigen, behalten, weitersenden. **event** sagt, was geschah: der Knoten, der Anschluss, der Code und der Grund. Schlug ein Zeitgeber fehl, gibt es ein Ereignis und keinen Messwert.

Fehlschläge von Knoten hinter einem Auffangen werden nicht wieder aufgefangen, von keinem: was Fehlschläge behandelt, kann sich nicht im Kreis drehen. Sie zählen an ihrem Knoten wie jeder. Von mehreren Auffangen erhält jedes jeden Fehlschlag, je für die genannten Knoten.

**Schlechte, NaN, verspätete, doppelte** und **rückwärts laufende** Messwerte sind keine Fehlschläge: ihre Qualität trägt es. Nur was ein Knoten gar nicht behandeln kann, kommt hierher, unverändert und mit eigener Zeit.` },
  'flow.comment': { of: 'f65a8e40', text: `Was ein Kollege wissen sollte: warum eine Grenze ist, wie sie ist, wen anrufen, was prüfen. Er nimmt keine Leitungen, also erreicht ihn kein Messwert: **schlechte, NaN, verspätete, doppelte** und **rückwärts laufende** gehen ihn nichts an.` },
  'flow.debug': { of: '4c9731ab', text: `Schreibt für jeden Messwert eine Zeile mit Tag, Wert und Qualität, höchstens so viele in der Sekunde; der Rest wird gezählt und die Zahl protokolliert. Er behält nichts und sendet nichts aus dem Gateway. Um kurz auf eine Leitung zu sehen, besser einen Messpunkt anheften.

**Schlechte, unsichere, verspätete, doppelte und rückwärts laufende** werden gezeigt wie andere, mit ihrer Qualität. **NaN und unendlich** werden als schlecht gezeigt.` },
  'flow.delay': { of: 'eb6acb8f', text: `Jeder Messwert geht hinaus, wenn die Uhr des Gateways seit seinem Kommen um die Verzögerung weiter ist; seine eigene Zeit bleibt, wie sie ist. Die Folge jedes Tags bleibt erhalten.

Eine Verzögerung macht auch eine **Schleife** möglich: Leitungen dürfen nur durch einen verzögernden Knoten zu einem weiter vorn zurückführen.

Höchstens so viele Messwerte eines Tags warten, wie erlaubt; kommt einer mehr, geht der älteste sofort, vorzeitig, hinaus, sodass nichts verloren geht. In einer Schleife könnte er sofort zurückkommen und ohne Ende kreisen: dort schlägt stattdessen der neue fehl und wird gezählt. Wartende Messwerte überdauern einen Neustart.

**Schlechte, verspätete, doppelte** und **rückwärts laufende** werden verzögert wie alle anderen, unverändert. **NaN** und unendlich werden schlecht.` },
  'flow.gate': { of: '66bb272c', text: `Messwerte kommen unverändert durch, solange **open** wahr ist. Solange es falsch ist, enden sie hier, gezählt als *closed*; oder der neueste jedes Tags wartet und kommt durch, wenn das Tor öffnet.

Eine **schlechte** oder fehlende Steuerung, und **NaN**, sagen weder ja noch nein: das Tor tut dann, was gewählt ist, geschlossen, wenn nichts anderes gesagt ist, und ebenso, bevor die Steuerung etwas sagte. Eine unsichere Steuerung zählt.

**Schlechte, verspätete, doppelte** und **rückwärts laufende** kommen durch oder enden wie alle anderen; die Steuerung zählt in der Folge des Eintreffens. NaN kommt als schlecht durch.` },
  'flow.generate': { of: '221b9e00', text: `Um einen Flow ohne seine Geräte zu erproben. Messwerte kommen in ganzen Schritten ab dem Beginn des Knotens; was versäumt wurde, während das Gateway stand, wird nicht nachgeholt. Rauschen kommt aus einem Startwert, sodass jeder Lauf dasselbe gibt. **Inject** gibt sofort einen Messwert.

Eine Aufzeichnung ist eine Tabelle mit Kopfzeile: *time* (ISO 8601, oder Sekunden) und *value*, und *tag*, wo es mehrere gibt. Sie wird mit der Zeit gegeben, die es **jetzt** ist, in ihrem Tempo oder schneller.

Alles, was er gibt, ist gut. Er nimmt nichts auf: **schlechte, NaN, verspätete, doppelte** und **rückwärts laufende** Messwerte können nicht zu ihm kommen, und eine Aufzeichnung, deren Zeiten rückwärts laufen, wird abgelehnt.

Quelle: normales Rauschen nach Box und Muller, Annals of Mathematical Statistics 29 (1958).` },
  'flow.link-out': { of: 'f6f03183', text: `Alles, was in die Knoten **Verknüpfung aus** eines Namens geht, kommt aus allen Knoten **Verknüpfung ein** dieses Namens heraus, in diesem Flow. Es ist dasselbe wie eine Leitung: gleiche Typen, gleiche Folge, keine Kosten.

**Schlechte, NaN, verspätete, doppelte** und **rückwärts laufende** Messwerte kommen wie auf jeder Leitung unverändert durch.` },
  'flow.merge': { of: '49e07779', text: `Mehrere Leitungen in einen Eingang genügen, um Ströme in der Folge zusammenzuführen, in der Messwerte **eintreffen**. Dieser Knoten führt sie in der Folge ihrer eigenen **Zeiten** zusammen: ein Messwert geht hinaus, sobald jede Quelle hinter diesem Knoten so weit ist und das Warten auf verspätete vorbei ist. Eine Quelle, die 10 s schweigt, hält die anderen nicht länger auf.

**Verspätete** und **rückwärts laufende** nehmen ihren Platz ein, solange gewartet wird; zu spät kommende gehen unverändert an **late** hinaus. Warten mehr als erlaubt, gehen die ältesten vorzeitig hinaus, und was älter ist als sie, ist verspätet. **Doppelte** und **schlechte** kommen durch wie alle anderen; **NaN** als schlecht.

Quelle: Wasserzeichen nach Akidau u. a., The Dataflow Model, VLDB 8 (2015).` },
  'flow.queue': { of: '5bf0b5bc', text: `Ohne diesen Knoten lässt ein langsamer Ausgang die Quellen hinter ihm warten. Eine Warteschlange nimmt diesen Druck: Messwerte warten hier, bis das Folgende Platz hat, und der Zweig davor geht weiter. Ihre Tiefe zeigt der Knoten.

**Wenn sie voll ist:** *Quellen warten lassen* hält an, was sich anhalten lässt; was trotzdem kommt, wird über der doppelten Länge verworfen. *Den ältesten verwerfen* behält Neues, *den neuesten verwerfen* das, was zuerst da war. *Den neuesten jedes Tags behalten* lässt je Tag einen Messwert warten: richtig für Befehle und Anzeigen. Jeder verworfene wird gezählt.

**Schlechte, verspätete, doppelte** und **rückwärts laufende** warten wie alle anderen, unverändert und in der Folge ihres Eintreffens. **NaN** und unendlich werden schlecht.` },
  'flow.status': { of: 'e0671ad2', text: `Sieht einmal in der Sekunde nach den Knoten dieses Flows, hinter denen ein Gerät, ein Modell oder ein Server steht, und sendet einen Messwert, wenn sich der Zustand eines ändert, und am Anfang je einen. **ok** ist wahr, solange seine Daten frisch sind. **event** sagt, welcher Knoten, seinen Zustand (*ok, connecting, stale, error*) und warum. Der Tag ist die Kennung des Knotens.

Mit einem Alarm, einem Ersatz oder einem Uplink verbinden. **Schlechte, NaN, verspätete, doppelte** und **rückwärts laufende** Messwerte kommen nicht hierher: dieser Knoten hört von Knoten, nicht von Messwerten.` },
  'flow.subflow': { of: 'd61c8b60', text: `Die Knoten eines Subflows werden einmal gezeichnet, im Dokument des Flows unter *subflows*. Jede Instanz hat eine eigene Kopie davon, mit eigenem Zustand, und kann den Parametern des Subflows andere Werte geben. Ihre Ein- und Ausgänge sind die, die der Subflow nennt.

Beim Einspielen treten die Knoten an die Stelle der Instanz; im Protokoll und in Meldungen heißen sie *Instanz/Knoten*. Ein Subflow kann andere enthalten, nicht sich selbst. **Schlechte, NaN, verspätete, doppelte** und **rückwärts laufende** Messwerte werden behandelt, wie die Knoten darin es tun.` },
}
