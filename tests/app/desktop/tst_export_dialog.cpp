#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTemporaryDir>
#include <QTimer>
#include <QToolButton>
#include <QtTest>
#include <nlohmann/json.hpp>

#include "app/desktop/export_requests.h"
#include "app/desktop/figure_file.h"
#include "app/desktop/figures.h"
#include "app/desktop/settings.h"
#include "app/desktop/style_chooser.h"
#include "core/analysis/capsule_file.h"
#include "core/analysis/named_styles.h"
#include "core/base/atomic_file.h"
#include "tests/app/desktop/own_settings.h"
#include "tests/core/results/made_runs.h"
#include "tests/support/test_program.h"
#include "widgets/curves_figure.h"
#include "widgets/paper_preview.h"

using namespace ballast;

/// What the Compare and the Runs page export, and the dialogue in which it is chosen.
class TestExportDialog : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::unique_ptr<QTemporaryDir> out_;
    std::vector<IndexedRun> runs_;
    std::unique_ptr<Settings> settings_;

    std::filesystem::path workspace() const { return folder_.path().toStdString() + "/workspace"; }

    ExportRequest request(FigureDescription figure = {}) {
        if (figure.x.empty()) figure.x = "/phases/1/alpha/nu";
        ComparisonRequest asked;
        asked.figure = figure;
        return exportOf(compare(runs_, asked), QStringLiteral("a\tb\n"), workspace());
    }

    std::unique_ptr<ExportDialog> opened(const FigureDescription& figure = {}) {
        auto dialog = std::make_unique<ExportDialog>(request(figure), *settings_);
        child<QLineEdit>(*dialog, "export_folder")->setText(out_->path());
        dialog->show();
        return dialog;
    }

    template<class Widget>
    static Widget* child(const ExportDialog& dialog, const char* name) {
        return dialog.findChild<Widget*>(QLatin1String(name));
    }

    static void tickOnly(const ExportDialog& dialog, const QStringList& endings) {
        for (QCheckBox* box : dialog.findChildren<QCheckBox*>()) {
            const QString ending = box->property("ending").toString();
            if (!ending.isEmpty()) box->setChecked(endings.contains(ending));
        }
    }

    static QString note(const ExportDialog& dialog) {
        return child<QLabel>(dialog, "export_note")->text();
    }

    static void choose(const ExportDialog& dialog, const char* name, const QVariant& data) {
        auto* box = child<QComboBox>(dialog, name);
        const int index = box->findData(data);
        QVERIFY(index >= 0);
        box->setCurrentIndex(index);
        Q_EMIT box->activated(index);
    }

private Q_SLOTS:
    void initTestCase() {
        keepSettingsIn(folder_);
        for (const double nu : {0.1, 0.3, 0.9}) {
            RunConfig config;
            config.name = "VS";
            config.training.epochs = 2;
            config.lr_schedule.warmup_epochs = 0;
            config.phases.resize(2);
            config.phases[1].from = 1;
            config.phases[1].alpha = {"power", {{"nu", nu}}, {}};
            madeRun(workspace(), config, {0.4, 0.5 + nu / 10});
        }
        RunIndex index(workspace());
        index.refresh();
        runs_.assign(index.runs().begin(), index.runs().end());
    }
    void init() {
        out_ = std::make_unique<QTemporaryDir>();
        settings_ = std::make_unique<Settings>();
        settings_->setExportChoices({});
        std::filesystem::remove(namedStylesFile(workspace()));
    }

    void thePreviewChangesWithEveryChoice_data() {
        QTest::addColumn<QByteArray>("field");
        QTest::addColumn<QVariant>("value");
        QTest::newRow("width") << QByteArray("style_width") << QVariant(120.0);
        QTest::newRow("height") << QByteArray("style_height") << QVariant(40.0);
        QTest::newRow("ticks") << QByteArray("style_tick_size") << QVariant(10.0);
        QTest::newRow("labels") << QByteArray("style_label_size") << QVariant(10.0);
        QTest::newRow("lines") << QByteArray("style_line_width") << QVariant(2.5);
    }
    void thePreviewChangesWithEveryChoice() {
        QFETCH(const QByteArray, field);
        QFETCH(const QVariant, value);
        const auto dialog = opened();
        QTRY_VERIFY(!dialog->preview().image().isNull());
        const QImage before = dialog->preview().image();
        child<QDoubleSpinBox>(*dialog, field.constData())->setValue(value.toDouble());
        QTRY_VERIFY(dialog->preview().image() != before);
    }

    void rangesAndGreyChangeItToo() {
        const auto dialog = opened();
        QTRY_VERIFY(!dialog->preview().image().isNull());
        QImage before = dialog->preview().image();
        child<QCheckBox>(*dialog, "style_grey_safe")->click();
        QTRY_VERIFY(dialog->preview().image() != before);
        before = dialog->preview().image();
        child<QComboBox>(*dialog, "style_font")->setEditText(QStringLiteral("DejaVu Serif"));
        QCOMPARE(dialog->style().style().font, std::string("DejaVu Serif"));
        child<QComboBox>(*dialog, "style_font")->setEditText(QString());
        QVERIFY2(note(*dialog).contains(QStringLiteral("no family's name")),
                 qPrintable(note(*dialog)));
        child<QComboBox>(*dialog, "style_font")->setEditText(QStringLiteral("Helvetica"));
        choose(*dialog, "style_legend", int(LegendPlace::right));
        QVERIFY(dialog->style().style().legend == LegendPlace::right);
        child<QLineEdit>(*dialog, "style_y_lower")->setText(QStringLiteral("20"));
        QVERIFY(note(*dialog).contains(QStringLiteral("The y axis needs two numbers")));
        QVERIFY(!child<QPushButton>(*dialog, "export_files")->isEnabled());
        child<QLineEdit>(*dialog, "style_y_upper")->setText(QStringLiteral("90"));
        QTRY_VERIFY(dialog->preview().image() != before);
        QVERIFY(dialog->style().style().y_range == (AxisRange{20.0, 90.0}));
        QVERIFY(dialog->style().problem().isEmpty());
    }

    void magnifiedIsLarger() {
        const auto dialog = opened();
        QTRY_VERIFY(!dialog->preview().image().isNull());
        const int before = dialog->preview().image().width();
        choose(*dialog, "export_magnification", 2.0);
        QTRY_VERIFY(std::abs(dialog->preview().image().width() - 2 * before) <= 2);
    }

    void writesWhatIsTicked() {
        auto dialog = opened();
        choose(*dialog, "style_name", QStringLiteral("cvpr-column"));
        QCOMPARE(dialog->style().style().width, 83.3);
        child<QLineEdit>(*dialog, "export_name")->setText(QStringLiteral("nu"));
        tickOnly(*dialog, {});
        QVERIFY(note(*dialog).contains(QStringLiteral("Tick at least one")));
        tickOnly(*dialog, {QStringLiteral(".pdf"), QStringLiteral(".svg"), QStringLiteral(".png"),
                           QStringLiteral(".tex"), QStringLiteral(".csv"), QStringLiteral(".json"),
                           QStringLiteral("-ranking.tsv")});
        QCOMPARE(note(*dialog), QStringLiteral("Writes 7 files"));
        dialog->accept();
        QCOMPARE(dialog->result(), int(QDialog::Accepted));
        QCOMPARE(dialog->written().size(), std::size_t{8});  // and the data of LaTeX
        for (const auto& file : dialog->written()) QVERIFY(std::filesystem::exists(file));
        const std::filesystem::path out = out_->path().toStdString();
        for (const char* name : {"nu.pdf", "nu.svg", "nu.png"}) {
            const FigureCapsule capsule = readCapsule(out / name);
            QCOMPARE(capsule.style.width, 83.3);
            QCOMPARE(capsule.runs.size(), runs_.size());
            QCOMPARE(capsule.figure.x, std::string("/phases/1/alpha/nu"));
        }
        const auto described =
            figureFromJson(nlohmann::json::parse(readFile(out / "nu.json")), "nu.json");
        QVERIFY(std::get<FigureStyle>(described.style).width == 83.3);
        QCOMPARE(readFile(out / "nu-ranking.tsv"), std::string("a\tb\n"));
        QImage image(QString::fromStdString((out / "nu.png").string()));
        QCOMPARE(image.width(), qRound(83.3 / 25.4 * 300.0));

        // The next one has the same choices, and says what it replaces.
        dialog = opened();
        QCOMPARE(dialog->style().style().width, 83.3);
        child<QLineEdit>(*dialog, "export_name")->setText(QStringLiteral("nu"));
        QCOMPARE(note(*dialog), QStringLiteral("Writes 7 files, of which 7 are replaced"));
        tickOnly(*dialog, {QStringLiteral(".pdf")});
        QCOMPARE(note(*dialog), QStringLiteral("Replaces nu.pdf"));
    }

    void whatGoesWrongIsSaidAndTheDialogueStays() {
        const auto dialog = opened();
        tickOnly(*dialog, {QStringLiteral(".csv")});
        child<QLineEdit>(*dialog, "export_folder")->setText(QStringLiteral("/proc/none"));
        dialog->accept();
        QVERIFY(dialog->isVisible());
        QVERIFY2(note(*dialog).contains(QStringLiteral("/proc/none")), qPrintable(note(*dialog)));
        child<QLineEdit>(*dialog, "export_name")->setText(QStringLiteral("a/b"));
        QVERIFY(note(*dialog).contains(QStringLiteral("without a slash")));
    }

    void stylesAreSavedByName() {
        const auto dialog = opened();
        auto* style = child<QComboBox>(*dialog, "style_name");
        auto* remove = child<QToolButton>(*dialog, "style_remove");
        child<QDoubleSpinBox>(*dialog, "style_width")->setValue(111.0);
        QCOMPARE(style->currentText(), QStringLiteral("As below"));
        const auto save = [&](const QString& name) {
            QTimer::singleShot(0, this, [&, name] {
                auto* asked = dialog->findChild<QInputDialog*>();
                asked->setTextValue(name);
                asked->accept();
            });
            child<QToolButton>(*dialog, "style_save")->click();
        };
        save(QStringLiteral("cvpr-page"));
        QVERIFY2(note(*dialog).contains(QStringLiteral("built-in")), qPrintable(note(*dialog)));
        save(QStringLiteral("thesis"));
        QCOMPARE(style->currentText(), QStringLiteral("thesis"));
        QCOMPARE(readNamedStyles(workspace()).at("thesis").width, 111.0);
        QVERIFY(remove->isEnabled());
        choose(*dialog, "style_name", QStringLiteral("tpami-page"));
        QVERIFY(!remove->isEnabled());
        FigureDescription figure;
        figure.x = "/phases/1/alpha/nu";
        figure.style = "thesis";
        const auto other = opened(figure);
        QCOMPARE(other->style().style().width, 111.0);
        child<QToolButton>(*other, "style_remove")->click();
        QVERIFY(readNamedStyles(workspace()).empty());
    }

    void nothingDrawnIsSaid() {
        QVERIFY_THROWS_EXCEPTION(ConfigError, exportOf(Comparison(), {}, workspace()));
    }

    void curvesAreDrawnFromTheirFile() {
        FigureDescription figure = curvesFigure(*findPanel("balanced-test-accuracy"), {});
        figure.curves.runs = {runs_[0].id, runs_[2].id, "gone"};
        const std::filesystem::path folder = out_->path().toStdString();
        FigureRequest request{folder / "curves.json", workspace(), "", "", folder / "curves.csv"};
        replaceFile(request.description, toJson(figure).dump());
        const std::vector<std::string> warnings = drawFigureFile(request);
        QCOMPARE(warnings.size(), std::size_t{1});
        QVERIFY2(warnings[0].starts_with("of the figure's 3 runs 2 are drawn"),
                 warnings[0].c_str());
        std::vector<const IndexedRun*> shown = {&runs_[0], &runs_[2]};
        const std::vector<RunCurves> curves = readCurves(shown);
        QCOMPARE(QByteArray::fromStdString(readFile(request.output)),
                 figureCsv(*findPanel("balanced-test-accuracy"), plainFigure(curves)));

        request.output = folder / "curves.svg";
        drawFigureFile(request);
        QVERIFY(readCapsule(request.output).figure == figure);
        QCOMPARE(readCapsule(request.output).runs.size(), std::size_t{2});

        figure.where = {"name=nothing"};
        replaceFile(request.description, toJson(figure).dump());
        QVERIFY_THROWS_EXCEPTION(ConfigError, drawFigureFile(request));
        figure.curves.panel = "balanced-test-acuracy";
        replaceFile(request.description, toJson(figure).dump());
        try {
            drawFigureFile(request);
            QFAIL("a panel that is none was drawn");
        } catch (const ConfigError& error) {
            QVERIFY2(error.problems()[0].message.find("did you mean balanced-test-accuracy?") !=
                         std::string::npos,
                     error.problems()[0].message.c_str());
        }
    }

    void theRunsPageHasAFigureForEachPanel() {
        std::vector<RunCurves> curves;
        RunPlotInfo info;
        info.id = QStringLiteral("a");
        info.epochs = 2;
        curves.emplace_back(info);
        curves[0].append(madeRecord(0, 0.4));
        curves[0].append(madeRecord(1, 0.5));
        const Figure figure = plainFigure(curves);
        const std::vector<RunCurves> copies = curves;
        const Figure copied = over(figure, copies);
        QCOMPARE(copied.series.size(), std::size_t{1});
        QCOMPARE(copied.series[0].runs[0], copies.data());
        std::vector<const IndexedRun*> rows;
        for (const IndexedRun& run : runs_) rows.push_back(&run);
        ExportDialog dialog(exportOf(copied, rows, workspace()), *settings_);
        child<QLineEdit>(dialog, "export_folder")->setText(out_->path());
        tickOnly(dialog,
                 {QStringLiteral(".svg"), QStringLiteral(".tex"), QStringLiteral("-results.csv")});
        dialog.accept();
        QCOMPARE(dialog.written().size(), 3 * panels().size() + 1);
        std::set<std::string> carried;
        for (const auto& file : dialog.written()) {
            if (file.extension() == ".dat") QVERIFY2(readFile(file).size() > 10, file.c_str());
            if (file.extension() != ".svg") continue;
            const FigureCapsule capsule = readCapsule(file);
            QCOMPARE(capsule.figure.figure, FigureKind::curves);
            QCOMPARE(capsule.figure.curves.runs.size(), rows.size());
            QCOMPARE(capsule.runs.size(), rows.size());
            carried.insert(capsule.figure.curves.panel);
        }
        QCOMPARE(carried.size(), panels().size());
    }
};

BALLAST_TEST(TestExportDialog)
#include "tst_export_dialog.moc"
