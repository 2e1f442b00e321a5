#pragma once

/*
 * Answers of AWS's query services (SQS, SNS) as JSON. AWS gives API Gateway JSON because it asks
 * for it; the services that run locally answer with XML whatever is asked, so that this makes of
 * it what AWS would have sent.
 *
 * AWS (observed): {"SendMessageResponse":{"SendMessageResult":{…},"ResponseMetadata":{…}}}.
 */

#include <stdbool.h>
#include <stddef.h>

struct text;

/* Elements deeper than these are refused. */
#define SERVICE_ANSWER_DEPTH_MAX 50

/*
 * Appends the JSON of an XML document: an element is a member of its name, one that consists of
 * <member> elements an array, as are all elements of one name in one place; an empty one is null,
 * attributes are dropped. False, with nothing appended, if it isn't well-formed as far as that
 * goes, or too deep.
 */
bool service_answer_from_xml(const char *xml, size_t size, struct text *json);
