#pragma once

#include <QWidget>

class QComboBox;

namespace ballast {

/// The method by name, or what the user makes of it, and the protocol to take its epochs from.
class MethodRow : public QWidget {
    Q_OBJECT
public:
    explicit MethodRow(QWidget* parent = nullptr);

    /// Shows a method; "": one of no name.
    void setMethod(const QString& method);
    /// Shows a protocol; "": the epochs are kept.
    void setProtocol(const QString& protocol);
    QString protocol() const;

Q_SIGNALS:
    /// The user chose a method, known or not, or another protocol for the one that is shown.
    void chosen(const QString& method, const QString& protocol);

private:
    QComboBox* method_;
    QComboBox* protocol_;
    QString shown_;  // of the config as it is
};

}  // namespace ballast
