#include "app/desktop/set_menu.h"

#include "app/desktop/attempt.h"
#include "app/desktop/working_set.h"
#include "core/results/named_sets.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

/// Runs as a ViewMenu keeps them, the same for the same runs.
QByteArray setBytes(QStringList runs) {
    runs.sort();
    return runs.join(QLatin1Char('\n')).toUtf8();
}

QStringList runsOfSet(const QByteArray& bytes) {
    return QString::fromUtf8(bytes).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
}

}  // namespace

SetMenu::SetMenu(WorkingSet& set, std::filesystem::path workspace, QWidget* parent)
    : ViewMenu(
          [&set] {
              return setBytes({set.runs().begin(), set.runs().end()});
          },
          parent),
      set_(set),
      workspace_(std::move(workspace)),
      owner_(new QObject(this)) {
    setWords({tr("Save set…"), tr("Remove set"), tr("Name of this set of ticked runs:")});
    connect(this, &ViewMenu::chosen, this,
            [this](const QByteArray& bytes) { set_.setOnly(runsOfSet(bytes)); });
    connect(this, &ViewMenu::viewsChanged, this, [this] {
        attempt([this] { write(); }, [this](const QString& sentence) { Q_EMIT failed(sentence); });
    });
}

void SetMenu::addChoice(const QString& words, const QString& tip,
                        const std::function<QStringList()>& runs) {
    auto* action = new QAction(words, owner_);
    action->setToolTip(tip);
    connect(action, &QAction::triggered, owner_, [this, runs] { set_.setOnly(runs()); });
    choices_ << action;
    setLeading(choices_);
}

void SetMenu::readViews() {
    attempt(
        [this] {
            Views sets;
            for (const auto& [name, runs] : readNamedSets(workspace_)) {
                QStringList ids;
                for (const std::string& run : runs) ids << text(run);
                sets[text(name)] = setBytes(std::move(ids));
            }
            setViews(sets);
        },
        [this](const QString& sentence) { Q_EMIT failed(sentence); });
}

void SetMenu::write() {
    NamedSets sets;
    for (auto set = views().cbegin(); set != views().cend(); ++set) {
        std::vector<std::string>& runs = sets[set.key().toStdString()];
        for (const QString& run : runsOfSet(set.value())) runs.push_back(run.toStdString());
    }
    writeNamedSets(workspace_, sets);
}

}  // namespace ballast
