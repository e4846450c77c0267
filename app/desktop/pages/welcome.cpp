#include "app/desktop/pages/welcome.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>

#include "app/desktop/run_controller.h"
#include "widgets/choice_card.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

constexpr int kCardsWidth = 900;  // device-independent pixels, at most

}  // namespace

Welcome::Welcome(RunController& controller, QWidget* parent)
    : QWidget(parent), controller_(controller), where_(new QLabel) {
    auto* title = new QLabel(tr("This workspace has no runs yet"));
    QFont font = title->font();
    font.setPointSizeF(font.pointSizeF() * 1.6);
    title->setFont(font);
    title->setAlignment(Qt::AlignHCenter);
    title->setWordWrap(true);
    auto* lead = new QLabel(tr("Three ways to begin"));
    lead->setAlignment(Qt::AlignHCenter);
    lead->setForegroundRole(QPalette::PlaceholderText);

    auto* demo = new ChoiceCard(
        QStringLiteral("play"), tr("Run the demo"),
        tr("Fashion-MNIST with 100 times more T-shirts than ankle boots, and three ways to treat "
           "the "
           "small classes: cross-entropy, class-balanced weights from the start, and deferred "
           "re-weighting. Ten epochs each, about five minutes on two cores."));
    demo_ = demo->addButton(tr("Run the &demo"), tr("Queue three runs and watch them"), true);
    demo_->setObjectName(QStringLiteral("welcome_demo"));
    connect(demo_, &QPushButton::clicked, this, &Welcome::demoRequested);

    auto* preset = new ChoiceCard(
        QStringLiteral("settings"), tr("Start from a method"),
        tr("Choose a method of the paper by its name – LDAM+DRW, VS, TLA, ADRW and others – a data "
           "set and an imbalance, and see the weights and margins that each class gets before "
           "anything is trained."));
    auto* choose = preset->addButton(tr("Choose a &method"), tr("Open the Experiment page"));
    choose->setObjectName(QStringLiteral("welcome_preset"));
    connect(choose, &QPushButton::clicked, this, &Welcome::presetRequested);

    auto* import = new ChoiceCard(
        QStringLiteral("open"), tr("Bring what there is"),
        tr("Runs of the authors' code or of an experiment tracker, a config, a sweep or an "
           "exported figure, or a workspace that is somewhere else."));
    import_ = import->addButton(
        tr("&Import runs…"),
        tr("The authors' logs, a CSV file, TensorBoard's event files, MLflow's file store"));
    import_->setObjectName(QStringLiteral("welcome_import"));
    connect(import_, &QPushButton::clicked, this, &Welcome::importRequested);
    auto* file = import->addButton(tr("Open a config or &figure…"), tr("From its file (Ctrl+O)"));
    file->setObjectName(QStringLiteral("welcome_file"));
    connect(file, &QPushButton::clicked, this, &Welcome::fileRequested);
    auto* workspace = import->addButton(tr("Open another &workspace…"),
                                        tr("In a window of its own (Ctrl+Shift+O)"));
    workspace->setObjectName(QStringLiteral("welcome_workspace"));
    connect(workspace, &QPushButton::clicked, this, &Welcome::workspaceRequested);

    auto* cards = new QHBoxLayout;
    cards->setSpacing(kSpace4);
    for (ChoiceCard* card : {demo, preset, import}) cards->addWidget(card, 1);
    where_->setAlignment(Qt::AlignHCenter);
    where_->setWordWrap(true);
    where_->setForegroundRole(QPalette::PlaceholderText);
    where_->setTextInteractionFlags(Qt::TextSelectableByMouse);

    auto* middle = new QWidget;
    middle->setMaximumWidth(kCardsWidth);
    auto* rows = new QVBoxLayout(middle);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(kSpace4);
    rows->addWidget(title);
    rows->addWidget(lead);
    rows->addSpacing(kSpace2);
    rows->addLayout(cards);
    rows->addWidget(where_);
    auto* inner = new QWidget;
    auto* across = new QHBoxLayout;
    across->addStretch(1);
    across->addWidget(middle, 1000);
    across->addStretch(1);
    auto* down = new QVBoxLayout(inner);
    down->setContentsMargins(kSpace4, kSpace4, kSpace4, kSpace4);
    down->addStretch(2);
    down->addLayout(across);
    down->addStretch(3);
    auto* scroll = new QScrollArea;
    scroll->setWidget(inner);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->addWidget(scroll);
    connect(&controller_, &RunController::accessChanged, this, &Welcome::refresh);
    refresh();
}

void Welcome::refresh() {
    const QString& reason = controller_.readOnlyReason();
    for (QPushButton* button : {demo_, import_}) {
        button->setEnabled(reason.isEmpty());
        if (!reason.isEmpty()) button->setToolTip(tr("Read-only: %1").arg(reason));
    }
    const QString folder = text(controller_.workspace().string());
    where_->setText(reason.isEmpty() ? tr("Runs are kept in %1").arg(folder)
                                     : tr("Runs are looked for in %1").arg(folder));
}

}  // namespace ballast
