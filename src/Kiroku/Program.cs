using Kiroku.CommandLine;

// Before anything else: what opens files would fail for want of them in ways that say nothing.
if (args is ["serve" or "tour", ..] && Descriptors.Lack() is { } lack)
{
    Console.Error.WriteLine($"kiroku: {lack}");
    return 1;
}
return await Commands.RunAsync(args);
