using System.Globalization;
using OpenQA.Selenium;
using OpenQA.Selenium.Chrome;

namespace Kiroku.Bench;

/// <summary>What a browser says of one visit; times in milliseconds from the click on.</summary>
/// <param name="Answered">When the last byte of the document was there.</param>
/// <param name="Painted">When the first text or picture was on the screen.</param>
/// <param name="Shifted">How much of the page has moved since, in Chromium's measure of layout shifts.</param>
/// <param name="Bytes">All that went over the network for it, headers included.</param>
internal sealed record PageVisit(double Answered, double Painted, double Shifted, double Bytes);

/// <summary>Debian's Chromium without a window.</summary>
internal sealed class PageBrowser : IDisposable
{
    private readonly string profile = Directory.CreateTempSubdirectory("kiroku-web-").FullName;
    private readonly ChromeDriverService driver = ChromeDriverService.CreateDefaultService("/usr/bin", "chromedriver");
    private readonly ChromeDriver browser;

    public PageBrowser()
    {
        driver.SuppressInitialDiagnosticInformation = true;
        var options = new ChromeOptions { BinaryLocation = "/usr/bin/chromium" };
        options.AddArguments("--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--window-size=1440,1000", $"--user-data-dir={profile}");
        // Its sandbox refuses root.
        if (Environment.IsPrivilegedProcess)
            options.AddArgument("--no-sandbox");
        browser = new ChromeDriver(driver, options);
    }

    /// <summary>Signs in as the user demo.</summary>
    public void SignIn(Uri service, string password)
    {
        browser.Navigate().GoToUrl(new Uri(service, "/ui/sign-in"));
        foreach (var (field, value) in new[] { ("user", "demo"), ("password", password), ("project", "demo") })
            browser.FindElement(By.Name(field)).SendKeys(value);
        browser.FindElement(By.CssSelector("form.fields button")).Click();
        if (browser.FindElements(By.CssSelector("nav[aria-label]")).Count == 0)
            throw new InvalidOperationException($"Nobody is signed in at {browser.Url}.");
    }

    /// <summary>Visits a page.</summary>
    /// <param name="address">The page's.</param>
    /// <param name="first">Whether nothing is in the browser's cache.</param>
    public PageVisit Visit(Uri address, bool first)
    {
        if (first)
            browser.ExecuteCdpCommand("Network.clearBrowserCache", []);
        browser.Navigate().GoToUrl(address);
        var told = (IReadOnlyCollection<object>)browser.ExecuteAsyncScript("""
            const done = arguments[arguments.length - 1];
            let shifted = 0;
            new PerformanceObserver(list => { for (const shift of list.getEntries()) shifted += shift.value; })
              .observe({ type: 'layout-shift', buffered: true });
            const look = () => {
              const [paint] = performance.getEntriesByName('first-contentful-paint');
              if (!paint) return setTimeout(look, 5);
              const [page] = performance.getEntriesByType('navigation');
              const sent = [page, ...performance.getEntriesByType('resource')].reduce((sum, one) => sum + one.transferSize, 0);
              setTimeout(() => done([page.responseEnd, paint.startTime, shifted, sent]), 100);
            };
            look();
            """)!;
        var numbers = told.Select(number => Convert.ToDouble(number, CultureInfo.InvariantCulture)).ToList();
        return new PageVisit(numbers[0], numbers[1], numbers[2], numbers[3]);
    }

    /// <summary>Has the page note in each frame which actions it shows as ended.</summary>
    public void NoteEnds(Uri address)
    {
        browser.Navigate().GoToUrl(address);
        browser.ExecuteScript("""
            window.ends = {};
            const look = () => {
              for (const row of document.querySelectorAll('tr[data-outcome]:not([data-outcome="running"])')) window.ends[row.id] ??= Date.now();
              requestAnimationFrame(look);
            };
            look();
            """);
    }

    /// <summary>When an action was first shown as ended; null if it was not yet.</summary>
    public DateTime? EndOf(string request)
        => browser.ExecuteScript("return Object.entries(window.ends).find(([id]) => id.endsWith(arguments[0]))?.[1] ?? null", request)
            is { } time ? DateTime.UnixEpoch.AddMilliseconds(Convert.ToDouble(time, CultureInfo.InvariantCulture)) : null;

    public void Dispose()
    {
        browser.Quit();
        browser.Dispose();
        driver.Dispose();
        Directory.Delete(profile, recursive: true);
    }
}
