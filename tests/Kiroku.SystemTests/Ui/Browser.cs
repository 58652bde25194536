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

    private Browser(Uri address, BrowserChoice choice)
    {
        this.address = address;
        service = ChromeDriverService.CreateDefaultService(Path.GetDirectoryName(Driver), Path.GetFileName(Driver));
        service.SuppressInitialDiagnosticInformation = true;
        var options = new ChromeOptions { BinaryLocation = Program };
        options.AddArguments("--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
            $"--user-data-dir={profile}", $"--lang={choice.Language}", "--force-color-profile=srgb",
            string.Create(CultureInfo.InvariantCulture, $"--window-size={choice.Width},{choice.Height}"));
        // Its sandbox refuses root.
        if (Environment.IsPrivilegedProcess)
            options.AddArgument("--no-sandbox");
        options.AddUserProfilePreference("intl.accept_languages", choice.Language);
        if (!choice.Scripts)
            options.AddUserProfilePreference("profile.managed_default_content_settings.javascript", 2);
        driver = new ChromeDriver(service, options, TimeSpan.FromMinutes(2));
        Send("Emulation.setDeviceMetricsOverride", new()
        {
            ["width"] = choice.Width,
            ["height"] = choice.Height,
            ["deviceScaleFactor"] = 1,
            ["mobile"] = false,
        });
        Send("Emulation.setEmulatedMedia", new()
        {
            ["features"] = new[]
            {
                new Dictionary<string, object>
                {
                    ["name"] = "prefers-color-scheme",
                    ["value"] = choice.Dark ? "dark" : "light",
                },
            },
        });
    }

    public IWebDriver Web => driver;

    /// <summary>Starts a browser for a service, if there is one on this machine; else the test is skipped.</summary>
    public static Browser Open(Uri address, BrowserChoice? choice = null)
    {
        RealParts.Require(Program, Driver);
        return new Browser(address, choice ?? new BrowserChoice());
    }

    /// <summary>Does something with a browser in each theme and language, one after the other.</summary>
    /// <param name="address">The service's.</param>
    /// <param name="look">Is given the browser, and the look's name.</param>
    public static async Task InEachLookAsync(Uri address, Func<Browser, string, Task> look)
    {
        foreach (var dark in new[] { false, true })
            foreach (var language in new[] { "en", "ja" })
            {
                using var browser = Open(address, new BrowserChoice { Dark = dark, Language = language });
                await look(browser, $"{language}-{(dark ? "dark" : "light")}");
            }
    }

    public void Go(string path) => driver.Navigate().GoToUrl(new Uri(address, path));

    public IWebElement Find(string selector) => driver.FindElement(By.CssSelector(selector));

    public IReadOnlyList<IWebElement> All(string selector) => driver.FindElements(By.CssSelector(selector));

    /// <summary>Waits until something holds in the page.</summary>
    public async Task UntilAsync(Func<bool> condition)
    {
        for (var watch = Stopwatch.StartNew(); !Holds(condition);)
        {
            Assert.True(watch.Elapsed < Patience, $"{driver.Url} never showed it:\n{Find("body").Text}");
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
        await UntilAsync(() => driver.Url.EndsWith("/ui/project", StringComparison.Ordinal));
    }

    public T Run<T>(string script) => (T)driver.ExecuteScript(script)!;

    /// <summary>Checks that axe finds nothing, and that nothing is wider than the window, in each width.</summary>
    /// <param name="page">What to call the page.</param>
    public void AssertAccessible(string page)
    {
        foreach (var width in Widths)
        {
            Resize(width, 900);
            Assert.Empty(Axe().Select(found => $"{page} {width}: {found}"));
            Assert.True(
                Run<bool>("return document.documentElement.scrollWidth <= window.innerWidth"),
                $"{page} is too wide at {width}");
        }
        Resize(Widths[0], 900);
    }

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

    /// <summary>Takes a picture of the whole page.</summary>
    public void Picture(string file)
    {
        var shot = (Dictionary<string, object?>)driver.ExecuteCdpCommand("Page.captureScreenshot",
            new Dictionary<string, object?> { ["captureBeyondViewport"] = true })!;
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

    private void Send(string command, Dictionary<string, object?> values) => driver.ExecuteCdpCommand(command, values);
}

/// <summary>How a browser is set up.</summary>
internal sealed record BrowserChoice
{
    public int Width { get; init; } = 1440;

    public int Height { get; init; } = 1000;

    public string Language { get; init; } = "en";

    public bool Dark { get; init; }

    public bool Scripts { get; init; } = true;
}
