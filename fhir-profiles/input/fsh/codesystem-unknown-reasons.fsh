// Why a fact is not known, for clean facts (`pnet-cds facts`): the codes of the contract, beside a standard reason.

CodeSystem: UnknownReasons
Id: unknown-reasons
Title: "Why a fact is not known"
Description: "Why nothing is known of a fact, or why the records in which it could stand are not all there. A clean fact has the code in dataAbsentReason, beside the standard one."
* ^experimental = false
* ^caseSensitive = true
* #missing "Not recorded" "Everything was looked at, and nothing is recorded."
* #unreadable "Not readable" "Something is recorded, and its value or unit could not be read, or nobody knows whose tumour it is of."
* #in-text "Only in a text" "A record states it in a text only, which states no fact."
* #set-aside "Set aside" "A record of it was set aside: it is another tumour's, or must not be used."
* #status-not-understood "Status not understood" "The status of a record of it is not understood."
* #not-supplied "Not supplied" "Nobody supplied the records in which it would stand, nor could they be fetched."
* #partial "Partly supplied" "Some of the records in which it would stand are missing."
* #failed "Not fetched" "The records in which it would stand were searched for, and the search failed."
