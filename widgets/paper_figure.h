#pragma once

#include <QByteArray>
#include <QString>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/analysis/pgf_figure.h"
#include "widgets/paper.h"

namespace ballast {

/// A figure that can be put on paper in every format, and shown as it will be there.
struct PaperFigure {
    QString title;
    ComposePaper compose;
    std::function<QByteArray()> csv;  // what is drawn, in full
    std::function<PgfFigure(const FigureStyle& style, const std::string& data_file)> pgf;
    std::string capsule;  // see figure_capsule.h; "": none
};

/// A file that a format makes.
struct FigureFile {
    QString name;
    QByteArray content;
};

/// A format of figures.
struct FigureFormat {
    const char* ending;  // ".pdf"
    const char* name;    // "PDF"
    const char* help;    // what it is good for, to be translated
    bool is_drawn;       // by the style; else numbers alone
    /// The figure's file, and those that it needs beside it. `stem`: its name without the ending.
    std::vector<FigureFile> (*write)(const PaperFigure& figure, const FigureStyle& style,
                                     const QString& stem);
};

/// All formats, a row each.
std::span<const FigureFormat> figureFormats();

/// Null where there is none of that ending, upper case or lower.
const FigureFormat* findFigureFormat(const QString& ending);

/// ".pdf, .svg and .png"
QString figureEndings();

}  // namespace ballast
