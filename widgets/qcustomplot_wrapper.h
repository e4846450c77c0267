#pragma once

// The only include of qcustomplot.h. Its headers use Qt's keywords, which our QT_NO_KEYWORDS takes
// away; they are lent for the length of the include. Include it in widgets/*.cpp only, last.

#include <QObject>

#define signals Q_SIGNALS
#define slots Q_SLOTS
#define emit Q_EMIT
#define foreach Q_FOREACH
#include <qcustomplot.h>
#undef foreach
#undef emit
#undef slots
#undef signals
