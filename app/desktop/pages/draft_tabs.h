#pragma once

#include <QWidget>

class QTabBar;

namespace ballast {

class Drafts;

/// The drafts as tabs, and a button for another one. A star marks those that are no longer what
/// their file says.
class DraftTabs : public QWidget {
    Q_OBJECT
public:
    explicit DraftTabs(QWidget* parent = nullptr);

    void show(const Drafts& drafts);
    QTabBar& bar() { return *bar_; }

Q_SIGNALS:
    void chosen(int draft);
    void moved(int from, int to);
    void closeRequested(int draft);
    void newRequested();

private:
    void addTab();

    QTabBar* bar_;
};

}  // namespace ballast
