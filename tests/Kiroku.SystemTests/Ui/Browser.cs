using System.Diagnostics;
using System.Globalization;
using Deque.AxeCore.Commons;
using Kiroku.SystemTests.Hypervisors;
using OpenQA.Selenium;
using OpenQA.Selenium.Chrome;

namespace Kiroku.SystemTests.Ui;

/// <summary>Debian's Chromium without a window, driven over WebDriver, with a profile of its own.</summary>
internal sealed class Browser : IDisposable
{
    private const string Program = "/usr/bin/chromium";
    private const string Driver = "/usr/bin/chromedriver";

    /// <summary>The widths that pages are looked at in, in CSS pixels.</summary>
    public static readonly IReadOnlyList<int> Widths = [1440, 360];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string profile = Directory.CreateTempSubdirectory("kiroku-web-").FullName;
    private readonly ChromeDriverService service;
    private readonly ChromeDriver driver;
    private readonly Uri address;
    private readonly string agent;
    private Look look = Look.All[0];

    private Browser(Uri address, BrowserChoice choice)
    {
        this.address = address;
        service = ChromeDriverService.CreateDefaultService(Path.GetDirectoryName(Driver), Path.GetFileName(Driver));
        service.SuppressInitialDiagnosticInformation = true;
        var options = new ChromeOptions { BinaryLocation = Program };
        options.AddArguments("--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
            $"--user-data-dir={profile}", $"--lang={choice.Look.Language}", "--force-color-profile=srgb",
            string.Create(CultureInfo.InvariantCulture, $"--window-size={choice.Width},{choice.Height}"));
        // Its sandbox refuses root.
        if (Environment.IsPrivilegedProcess)
            options.AddArgument("--no-sandbox");
        options.AddUserProfilePreference("download.default_directory", Downloads);
        options.SetLoggingPreference(LogType.Browser, OpenQA.Selenium.LogLevel.All);
        if (!choice.Scripts)
            options.AddUserProfilePreference("profile.managed_default_content_settings.javascript", 2);
        driver = new ChromeDriver(service, options, TimeSpan.FromMinutes(2));
        agent = (string)Ask("Browser.getVersion")["userAgent"]!;
        Resize(choice.Width, choice.Height);
        Wear(choice.Look);
    }

    public IWebDriver Web => driver;

    /// <summary>The files that the browser has saved.</summary>
    public string Downloads => Path.Combine(profile, "saved");

    /// <summary>Starts a browser for a service, if there is one on this machine; else the test is skipped.</summary>
    public static Browser Open(Uri address, BrowserChoice? choice = null)
    {
        RealParts.Require(Program, Driver);
        return new Browser(address, choice ?? new BrowserChoice());
    }

    /// <summary>
    /// Does something with a browser in each theme and language, one after the other, and each time as a stranger.
    /// </summary>
    /// <param name="address">The service's.</param>
    /// <param name="act">Is given the browser, and the look's name.</param>
    public static async Task InEachLookAsync(Uri address, Func<Browser, string, Task> act)
    {
        using var browser = Open(address);
        foreach (var look in Look.All)
        {
            browser.Forget();
            browser.Wear(look);
            await act(browser, $"{look}");
        }
    }

    /// <summary>Makes the browser one that has seen nothing yet, with a single tab.</summary>
    public void Forget()
    {
        foreach (var tab in driver.WindowHandles.Skip(1))
            driver.SwitchTo().Window(tab).Close();
        driver.SwitchTo().Window(driver.WindowHandles[0]);
        // A page that is still there would notice.
        driver.Navigate().GoToUrl("about:blank");
        Send("Network.clearBrowserCookies");
        Resize(Widths[0], 900);
        Wear(Look.All[0]);
        Messages();
    }

    /// <summary>Prefers another theme and language from now on.</summary>
    public void Wear(Look preferred)
    {
        look = preferred;
        Send("Emulation.setUserAgentOverride", new() { ["userAgent"] = agent, ["acceptLanguage"] = look.Language });
        Send("Emulation.setEmulatedMedia", new()
        {
            ["features"] = new[]
            {
                new Dictionary<string, object>
                {
                    ["name"] = "prefers-color-scheme",
                    ["value"] = look.IsDark ? "dark" : "light",
                },
            },
        });
    }

    /// <summary>What pages, and the browser about them, have written to the console since it was last asked.</summary>
    public IReadOnlyList<string> Messages()
        => [.. driver.Manage().Logs.GetLog(LogType.Browser).Select(entry => entry.Message)];

    public void Go(string path) => driver.Navigate().GoToUrl(new Uri(address, path));

    public IWebElement Find(string selector) => driver.FindElement(By.CssSelector(selector));

    public IReadOnlyList<IWebElement> All(string selector) => driver.FindElements(By.CssSelector(selector));

    /// <summary>Waits until something holds in the page.</summary>
    public async Task UntilAsync(Func<bool> condition)
    {
        for (var watch = Stopwatch.StartNew(); !Holds(condition);)
        {
            if (watch.Elapsed > Patience)
                Assert.Fail($"{driver.Url} never showed it:\n{Find("body").Text}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Signs in, by the form.</summary>
    public async Task SignInAsync(string user, string password, string project)
    {
        Go("/ui/sign-in?return=/ui/project");
        Find("input[name=user]").SendKeys(user);
        Find("input[name=password]").SendKeys(password);
        Find("input[name=project]").SendKeys(project);
        Find("form.fields button").Click();
        await UntilAsync(() => new Uri(driver.Url).AbsolutePath == "/ui/project");
    }

    /// <summary>Waits until an element has a text in it.</summary>
    public Task UntilAsync(string selector, string text)
        => UntilAsync(() => Find(selector).Text.Contains(text, StringComparison.Ordinal));

    /// <summary>Waits until the page follows what happens.</summary>
    public Task UntilLiveAsync() => UntilAsync(
        () => Run<bool>("return document.querySelector('#live-state:not([hidden], .lost)') !== null"));

    /// <summary>Sets the time zone that the browser's user is in.</summary>
    public void SetZone(string zone) => Send("Emulation.setTimezoneOverride", new() { ["timezoneId"] = zone });

    /// <summary>How much of the page has moved since it was seen, in Chromium's measure of layout shifts.</summary>
    public double Moved() => Convert.ToDouble(driver.ExecuteAsyncScript(
        """
        const done = arguments[arguments.length - 1];
        let moved = 0;
        const watch = new PerformanceObserver(list => list.getEntries().forEach(shift => { moved += shift.value; }));
        watch.observe({ type: 'layout-shift', buffered: true });
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(moved))));
        """), CultureInfo.InvariantCulture);

    /// <summary>Remembers that the page's document is this one.</summary>
    public void MarkDocument() => Run<object>("window.isTheSame = true");

    /// <summary>Checks that the page was not loaded again since.</summary>
    public void AssertSameDocument() => Assert.True(Run<bool>("return window.isTheSame === true"));

    /// <summary>Opens one more tab of the same session, and shows it.</summary>
    /// <returns>The tab that was there, and the new one.</returns>
    public (string First, string Second) OpenTab()
    {
        var first = driver.CurrentWindowHandle;
        driver.SwitchTo().NewWindow(WindowType.Tab);
        return (first, driver.CurrentWindowHandle);
    }

    /// <summary>Brings a tab to the front.</summary>
    public void Show(string tab)
    {
        driver.SwitchTo().Window(tab);
        Send("Page.bringToFront");
    }

    /// <summary>Sends a form as a script of the page's own could, with the token of a form that the page has.</summary>
    /// <returns>The status of the answer.</returns>
    public long Post(string path) => Run<long>(
        $$"""
        const x = new XMLHttpRequest();
        x.open('POST', '{{path}}', false);
        x.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded');
        x.send(new URLSearchParams(new FormData(document.querySelector('form[action="/ui/sign-out"]'))));
        return x.status;
        """);

    /// <summary>What somebody sees in a frame of the page.</summary>
    public string TextInFrame(string id)
    {
        driver.SwitchTo().Frame(id);
        var text = Find("body").Text;
        driver.SwitchTo().DefaultContent();
        return text;
    }

    /// <summary>The page as it stands, with what scripts have made of it.</summary>
    public string Html => Run<string>("return document.documentElement.outerHTML");

    public T Run<T>(string script) => (T)driver.ExecuteScript(script)!;

    /// <summary>
    /// Checks that axe finds nothing in the look's widths, and that the page breaks no policy and fits each width.
    /// </summary>
    /// <param name="page">What to call the page.</param>
    public void AssertAccessible(string page)
    {
        AssertFits(page, width =>
        {
            if (look.Widths.Contains(width))
                Assert.Empty(Axe().Select(found => $"{page} {width}: {found}"));
        });
        AssertQuiet();
    }

    /// <summary>Checks that nothing is wider than the window, in each width.</summary>
    /// <param name="page">What to call the page.</param>
    /// <param name="check">Checks more in a width.</param>
    public void AssertFits(string page, Action<int>? check = null)
    {
        foreach (var width in Widths)
        {
            Resize(width, 900);
            Assert.True(
                Run<bool>("return document.documentElement.scrollWidth <= window.innerWidth"),
                $"{page} is too wide at {width}");
            check?.Invoke(width);
        }
        Resize(Widths[0], 900);
    }

    /// <summary>Checks that no script failed, and nothing went against a page's policy.</summary>
    public void AssertQuiet()
        // That a page or a stream is refused is said there, too.
        => Assert.DoesNotContain(
            Messages(), message => !message.Contains("Failed to load resource", StringComparison.Ordinal));

    /// <summary>What axe finds wrong with the page by the rules of WCAG 2.2 AA and good practice.</summary>
    private List<string> Axe()
    {
        // Injected past the page's policy, as an extension's would be.
        driver.ExecuteScript(new BundledAxeScriptProvider().GetScript());
        var found = (IReadOnlyCollection<object>)driver.ExecuteAsyncScript(
            """
            const done = arguments[arguments.length - 1];
            axe.run(document, { resultTypes: ['violations'] }).then(result => done(result.violations.flatMap(
                rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 160)}: ${node.failureSummary}`))));
            """)!;
        return [.. found.Cast<string>()];
    }

    /// <summary>Sets the width and the height of the page's window, in CSS pixels.</summary>
    public void Resize(int width, int height) => Send("Emulation.setDeviceMetricsOverride", new()
    {
        ["width"] = width,
        ["height"] = height,
        ["deviceScaleFactor"] = 1,
        ["mobile"] = false,
    });

    /// <summary>Takes a picture of a page in each width.</summary>
    /// <param name="path">The page's.</param>
    /// <param name="file">The beginning of the files' names; the width and <c>.png</c> follow.</param>
    public void PictureInEachWidth(string path, string file)
    {
        foreach (var width in Widths)
        {
            Resize(width, 900);
            Go(path);
            Picture(string.Create(CultureInfo.InvariantCulture, $"{file}-{width}.png"));
        }
    }

    /// <summary>Takes a picture of the whole page.</summary>
    public void Picture(string file)
    {
        var shot = Ask("Page.captureScreenshot", new() { ["captureBeyondViewport"] = true });
        File.WriteAllBytes(file, Convert.FromBase64String((string)shot["data"]!));
    }

    public void Dispose()
    {
        driver.Quit();
        driver.Dispose();
        service.Dispose();
        Directory.Delete(profile, recursive: true);
    }

    private static bool Holds(Func<bool> condition)
    {
        try
        {
            return condition();
        }
        catch (Exception e) when (e is NoSuchElementException or StaleElementReferenceException)
        {
            // The page is renewing itself.
            return false;
        }
    }

    private void Send(string command, Dictionary<string, object?>? values = null) => Ask(command, values);

    private Dictionary<string, object?> Ask(string command, Dictionary<string, object?>? values = null)
        => (Dictionary<string, object?>)driver.ExecuteCdpCommand(command, values ?? [])!;
}
