#pragma once

/* What surprises people about the order and the completeness of a template's resources: `check`
 * warns of it, as lint.h does of what they come to. */

struct template;

void template_lint(struct template *template);
