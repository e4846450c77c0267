#include "app/desktop/export_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QGridLayout>
#include <QGroupBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScreen>
#include <QScrollArea>
#include <QToolButton>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/desktop/attempt.h"
#include "app/desktop/figure_file.h"
#include "app/desktop/settings.h"
#include "app/desktop/style_chooser.h"
#include "core/analysis/capsule_file.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "widgets/palette.h"
#include "widgets/paper_preview.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

constexpr int kColumns = 4;  // of boxes to tick
constexpr double kMagnifications[] = {0.5, 1.0, 1.5, 2.0, 3.0};

/// What of the last choices can be read; a file of settings may be anything.
struct Remembered {
    FigureStyle style;
    QStringList endings{QStringLiteral(".pdf")};
};

Remembered rememberedOf(const QString& choices) {
    Remembered made;
    const auto object = nlohmann::json::parse(choices.toStdString(), nullptr, false);
    if (!object.is_object()) return made;
    try {
        if (object.contains("style")) made.style = styleFromJson(object["style"], "the settings");
    } catch (const ConfigError&) {  // of another version
    }
    if (!object.contains("files") || !object["files"].is_array()) return made;
    made.endings.clear();
    for (const auto& ending : object["files"]) {
        if (ending.is_string()) made.endings << text(ending.get<std::string>());
    }
    return made;
}

}  // namespace

ExportDialog::ExportDialog(ExportRequest request, Settings& settings, QWidget* parent)
    : QDialog(parent),
      request_(std::move(request)),
      settings_(settings),
      style_(new StyleChooser(request_.workspace)),
      name_(new QLineEdit),
      folder_(new QLineEdit(settings.lastFolder())),
      note_(new QLabel),
      figure_(new QComboBox),
      magnification_(new QComboBox),
      preview_(new PaperPreview),
      export_(new QPushButton(tr("&Export"))) {
    setWindowTitle(tr("Export"));
    setObjectName(QStringLiteral("export_dialog"));
    export_->setObjectName(QStringLiteral("export_files"));
    auto* columns = new QHBoxLayout;
    columns->setSpacing(kSpace4);
    columns->addWidget(makeChoices());
    columns->addWidget(makeSheet(), 1);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    buttons->addButton(export_, QDialogButtonBox::AcceptRole);
    connect(buttons, &QDialogButtonBox::accepted, this, &ExportDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    note_->setObjectName(QStringLiteral("export_note"));
    note_->setWordWrap(true);
    note_->setTextFormat(Qt::PlainText);
    auto* last = new QHBoxLayout;
    last->addWidget(note_, 1);
    last->addWidget(buttons);
    auto* rows = new QVBoxLayout(this);
    rows->addLayout(columns, 1);
    rows->addLayout(last);

    const Remembered remembered = rememberedOf(settings_.exportChoices());
    for (QCheckBox* box : formats_) {
        box->setChecked(remembered.endings.contains(box->property("ending").toString()));
    }
    for (QCheckBox* box : beside_) {
        box->setChecked(remembered.endings.contains(box->property("ending").toString()));
    }
    QString problem;
    style_->setReadOnly(request_.read_only);
    attempt([&] { style_->readSaved(); }, [&](const QString& sentence) { problem = sentence; });
    style_->setStyle(request_.style.value_or(remembered.style));
    styleChanged();
    preview_->setFigure(request_.figures.front().paper);
    for (QCheckBox* box : formats_) connect(box, &QCheckBox::toggled, this, &ExportDialog::refresh);
    for (QCheckBox* box : beside_) connect(box, &QCheckBox::toggled, this, &ExportDialog::refresh);
    connect(name_, &QLineEdit::textChanged, this, &ExportDialog::refresh);
    connect(folder_, &QLineEdit::textChanged, this, &ExportDialog::refresh);
    if (!problem.isEmpty()) say(problem);
    const QSize room = screen()->availableGeometry().size() - QSize(kSpace4, 3 * kSpace4);
    resize(QSize(1060, 620).boundedTo(room));
    export_->setDefault(true);
}

QWidget* ExportDialog::makeChoices() {
    connect(style_, &StyleChooser::changed, this, &ExportDialog::styleChanged);
    connect(style_, &StyleChooser::failed, this, &ExportDialog::say);
    auto* files = new QGroupBox(tr("Files"));
    auto* form = new QFormLayout(files);
    form->setSpacing(kSpace2);
    auto* kinds = new QGridLayout;
    kinds->setSpacing(kSpace2);
    const auto addBox = [&](const QString& name, const QString& help, const QString& ending) {
        auto* box = new QCheckBox(name);
        box->setProperty("ending", ending);
        box->setObjectName(QStringLiteral("export") + ending);
        box->setToolTip(help);
        const int at = kinds->count();
        kinds->addWidget(box, at / kColumns, at % kColumns);
        return box;
    };
    for (const FigureFormat& format : figureFormats()) {
        QString help = tr(format.help);
        if (mayCarryCapsule(format.ending) && request_.figures.front().capsule) {
            help +=
                tr(". Carries the figure's description and its runs; opening the file shows them");
        }
        formats_.push_back(addBox(tr(format.name), help, QLatin1String(format.ending)));
    }
    for (const ExportRequest::Beside& beside : request_.beside) {
        beside_.push_back(addBox(beside.name, beside.help, beside.ending));
    }
    form->addRow(kinds);
    name_->setObjectName(QStringLiteral("export_name"));
    name_->setText(QStringLiteral("figure"));
    folder_->setObjectName(QStringLiteral("export_folder"));
    auto* browse = new QToolButton;
    browse->setText(QStringLiteral("…"));
    browse->setToolTip(tr("Choose a folder"));
    connect(browse, &QToolButton::clicked, this, &ExportDialog::chooseFolder);
    auto* folder = new QHBoxLayout;
    folder->setSpacing(kSpace1);
    folder->addWidget(folder_, 1);
    folder->addWidget(browse);
    form->addRow(tr("&Name"), name_);
    auto* folder_label = new QLabel(tr("&Folder"));
    folder_label->setBuddy(folder_);
    form->addRow(folder_label, folder);

    auto* choices = new QWidget;
    auto* rows = new QVBoxLayout(choices);
    rows->setContentsMargins(0, 0, kSpace2, 0);
    rows->setSpacing(kSpace3);
    rows->addWidget(style_);
    rows->addWidget(files);
    rows->addStretch(1);
    auto* scrolled = new QScrollArea;  // a small screen has no place for all
    scrolled->setWidget(choices);
    scrolled->setWidgetResizable(true);
    scrolled->setFrameShape(QFrame::NoFrame);
    scrolled->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scrolled->setMinimumWidth(choices->minimumSizeHint().width() + kSpace4);
    scrolled->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Expanding);
    return scrolled;
}

QWidget* ExportDialog::makeSheet() {
    figure_->setObjectName(QStringLiteral("export_figure"));
    figure_->setAccessibleName(tr("Figure"));
    figure_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    figure_->setMinimumContentsLength(10);
    for (const ExportRequest::Figure& figure : request_.figures) {
        figure_->addItem(figure.paper.title);
    }
    figure_->setVisible(request_.figures.size() > 1);
    connect(figure_, &QComboBox::currentIndexChanged, this, [this](int index) {
        preview_->setFigure(request_.figures[static_cast<std::size_t>(index)].paper);
    });
    magnification_->setObjectName(QStringLiteral("export_magnification"));
    for (const double times : kMagnifications) {
        magnification_->addItem(times == 1.0 ? tr("True size") : tr("%1 %").arg(100.0 * times),
                                times);
    }
    magnification_->setCurrentIndex(1);
    connect(magnification_, &QComboBox::currentIndexChanged, this,
            [this] { preview_->setMagnification(magnification_->currentData().toDouble()); });
    auto* bar = new QHBoxLayout;
    bar->setSpacing(kSpace2);
    bar->addWidget(figure_, 1);
    bar->addStretch(request_.figures.size() > 1 ? 0 : 1);
    bar->addWidget(magnification_);
    auto* sheet = new QWidget;
    auto* rows = new QVBoxLayout(sheet);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(kSpace2);
    rows->addLayout(bar);
    rows->addWidget(preview_, 1);
    return sheet;
}

void ExportDialog::styleChanged() {
    preview_->setStyle(style_->style());
    refresh();
}

void ExportDialog::chooseFolder() {
    const QString folder =
        QFileDialog::getExistingDirectory(this, tr("Folder for the files"), folder_->text());
    if (!folder.isEmpty()) folder_->setText(folder);
}

QString ExportDialog::stemOf(const ExportRequest::Figure& figure) const {
    return figure.stem.isEmpty() ? name_->text().trimmed() : figure.stem;
}

fs::path ExportDialog::fileOf(const QString& stem, const QString& ending) const {
    return fs::path(folder_->text().toStdString()) / (stem + ending).toStdString();
}

std::vector<fs::path> ExportDialog::filesToWrite() const {
    std::vector<fs::path> files;
    for (const ExportRequest::Figure& figure : request_.figures) {
        for (const QCheckBox* box : formats_) {
            if (!box->isChecked()) continue;
            files.push_back(fileOf(stemOf(figure), box->property("ending").toString()));
        }
    }
    for (const QCheckBox* box : beside_) {
        if (!box->isChecked()) continue;
        files.push_back(fileOf(name_->text().trimmed(), box->property("ending").toString()));
    }
    return files;
}

/// Says what will happen, or why nothing can.
void ExportDialog::refresh() {
    const QString name = name_->text().trimmed();
    const auto files = filesToWrite();
    QString problem = style_->problem();
    if (folder_->text().trimmed().isEmpty()) problem = tr("Choose a folder for the files");
    if (name.isEmpty() || name.contains(QLatin1Char('/')) || name.startsWith(QLatin1Char('.'))) {
        problem = tr("The files need a name, without a slash and not beginning with a dot");
    }
    if (files.empty()) problem = tr("Tick at least one kind of file");
    export_->setEnabled(problem.isEmpty());
    if (!problem.isEmpty()) return note_->setText(problem);
    std::error_code ignored;
    const auto there = std::ranges::count_if(
        files, [&](const fs::path& file) { return fs::exists(file, ignored); });
    const QString what = files.size() == 1 ? text(files.front().filename().string())
                                           : tr("%1 files").arg(files.size());
    note_->setText(there == 0 ? tr("Writes %1").arg(what)
                   : files.size() == 1
                       ? tr("Replaces %1").arg(what)
                       : tr("Writes %1, of which %2 are replaced").arg(what).arg(there));
}

void ExportDialog::say(const QString& problem) {
    note_->setText(problem);
}

void ExportDialog::remember() const {
    nlohmann::ordered_json files = nlohmann::ordered_json::array();
    for (const auto& boxes : {formats_, beside_}) {
        for (const QCheckBox* box : boxes) {
            if (box->isChecked()) files.push_back(box->property("ending").toString().toStdString());
        }
    }
    const nlohmann::ordered_json choices = {{"style", toJson(style_->style())}, {"files", files}};
    settings_.setExportChoices(text(choices.dump()));
    settings_.setLastFolder(folder_->text());
}

void ExportDialog::accept() {
    const FigureStyle style = style_->style();
    std::vector<fs::path> written;
    const bool done = attempt(
        [&] {
            for (const ExportRequest::Figure& figure : request_.figures) {
                PaperFigure paper = figure.paper;
                if (figure.capsule) paper.capsule = figure.capsule(style);
                for (std::size_t i = 0; i < formats_.size(); ++i) {
                    if (!formats_[i]->isChecked()) continue;
                    const FigureFormat& format = figureFormats()[i];
                    const auto files = writeFigure(
                        paper, style, format, fileOf(stemOf(figure), QLatin1String(format.ending)));
                    written.insert(written.end(), files.begin(), files.end());
                }
            }
            for (std::size_t i = 0; i < beside_.size(); ++i) {
                if (!beside_[i]->isChecked()) continue;
                const ExportRequest::Beside& beside = request_.beside[i];
                const fs::path file = fileOf(name_->text().trimmed(), beside.ending);
                makeFolders(file.parent_path());
                replaceFile(file, beside.content(style));
                written.push_back(file);
            }
        },
        [this](const QString& sentence) { say(sentence); });
    if (!done) return;
    remember();
    written_ = written;
    QDialog::accept();
}

}  // namespace ballast
