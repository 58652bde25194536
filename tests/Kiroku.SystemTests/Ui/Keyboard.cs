using OpenQA.Selenium;

namespace Kiroku.SystemTests.Ui;

/// <summary>A page used by keys alone.</summary>
internal static class Keyboard
{
    private const int MostStops = 150;

    /// <summary>Why the element that Tab came to is no good place for the focus; nothing if it is.</summary>
    private const string Check =
        """
        const [now, former] = [document.activeElement, window.formerStop];
        window.formerStop = now;
        // A field of several parts has several stops, and shows by itself which one it is.
        if (now === former || now === document.body) return '';
        const where = now.outerHTML.slice(0, 160), style = getComputedStyle(now), box = now.getBoundingClientRect();
        if (!now.matches(':focus-visible') || style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 1)
          return `the focus does not show on ${where}`;
        if (box.width === 0 || box.height === 0 || box.bottom <= 0 || box.top >= innerHeight)
          return `the focus is out of sight on ${where}`;
        const over = document.elementFromPoint(box.x + box.width / 2,
          (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2);
        if (over && !now.contains(over) && !over.contains(now) && !document.querySelector('.confirm[open]'))
          return `something hides the focus on ${where}`;
        if (former?.isConnected && former !== document.body && !now.matches('.skip')
            && !(former.compareDocumentPosition(now) & Node.DOCUMENT_POSITION_FOLLOWING))
          return `the focus goes back to ${where}`;
        return '';
        """;

    /// <summary>
    /// Goes to an element by Tab alone, and presses keys there. On the way the focus is always to be seen, and follows
    /// the page.
    /// </summary>
    public static void Press(this Browser browser, string selector, params IEnumerable<string> keys)
    {
        browser.Run<object>("window.formerStop = document.activeElement");
        for (var stop = 0; stop < MostStops; stop++)
        {
            if (browser.Run<bool>($"return document.activeElement.matches(\"{selector}\")"))
            {
                browser.Web.SwitchTo().ActiveElement().SendKeys(string.Concat(keys));
                return;
            }
            new OpenQA.Selenium.Interactions.Actions(browser.Web).SendKeys(Keys.Tab).Perform();
            Assert.Equal("", browser.Run<string>(Check));
        }
        Assert.Fail($"Tab never comes to {selector}.");
    }
}
