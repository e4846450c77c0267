#include "widgets/icons.h"

#include <QApplication>
#include <QDirIterator>
#include <QIconEngine>
#include <QPainter>
#include <QPalette>
#include <QPixmapCache>
#include <QSvgRenderer>

// Resources of a static library are linked only where something names them; and Qt wants the macro
// outside any namespace.
static void loadResources() {
    Q_INIT_RESOURCE(ballast);
}

namespace ballast {
namespace {

QString fileOf(const QString& name) {
    return QStringLiteral(":/ballast/icons/%1.svg").arg(name);
}

/// Draws an SVG in the text colour of the palette at the time of painting.
class TintedSvg : public QIconEngine {
public:
    explicit TintedSvg(const QString& name) : name_(name) {}

    QIconEngine* clone() const override { return new TintedSvg(name_); }
    QString key() const override { return QStringLiteral("ballast-tinted-svg"); }

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode,
               QIcon::State state) override {
        const qreal scale = painter->device() ? painter->device()->devicePixelRatioF() : 1.0;
        QPixmap pixels = pixmap((QSizeF(rect.size()) * scale).toSize(), mode, state);
        if (pixels.isNull()) return;
        pixels.setDevicePixelRatio(scale);
        painter->drawPixmap(rect, pixels);
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State) override {
        if (size.isEmpty()) return {};  // a button without room
        const QColor color = tint(mode);
        const QString key = QStringLiteral("ballast/%1/%2x%3/%4")
                                .arg(name_)
                                .arg(size.width())
                                .arg(size.height())
                                .arg(color.rgba());
        QPixmap pixels;
        if (QPixmapCache::find(key, &pixels)) return pixels;
        pixels = QPixmap(size);
        pixels.fill(Qt::transparent);
        QSvgRenderer renderer(fileOf(name_));
        renderer.setAspectRatioMode(Qt::KeepAspectRatio);
        QPainter painter(&pixels);
        renderer.render(&painter);
        painter.setCompositionMode(QPainter::CompositionMode_SourceIn);
        painter.fillRect(pixels.rect(), color);
        painter.end();
        QPixmapCache::insert(key, pixels);
        return pixels;
    }

private:
    static QColor tint(QIcon::Mode mode) {
        const QPalette palette = QApplication::palette();
        switch (mode) {
            case QIcon::Disabled:
                return palette.color(QPalette::Disabled, QPalette::ButtonText);
            case QIcon::Selected:
                return palette.color(QPalette::HighlightedText);
            case QIcon::Normal:
            case QIcon::Active:
                break;
        }
        return palette.color(QPalette::ButtonText);
    }

    QString name_;
};

}  // namespace

QIcon icon(const QString& name) {
    loadResources();
    if (!iconNames().contains(name)) return {};
    return QIcon(new TintedSvg(name));
}

QStringList iconNames() {
    loadResources();
    QStringList names;
    QDirIterator files(QStringLiteral(":/ballast/icons"));
    while (files.hasNext()) {
        files.next();
        names << files.fileInfo().completeBaseName();
    }
    names.sort();
    return names;
}

}  // namespace ballast
