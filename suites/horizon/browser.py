"""Chromium, signed in to Horizon."""

import os

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

HORIZON = os.environ['HORIZON']


class Browser:
    def __init__(self):
        options = webdriver.ChromeOptions()
        for option in ('--headless=new', '--no-sandbox', '--disable-dev-shm-usage', '--window-size=1400,1400',
                       f'--user-data-dir={os.environ["SCRATCH"]}/chromium'):
            options.add_argument(option)
        options.set_capability('goog:loggingPrefs', {'browser': 'ALL'})
        self.driver = webdriver.Chrome(service=Service('/usr/bin/chromedriver'), options=options)
        self.driver.set_page_load_timeout(240)

    def until(self, condition, seconds=240):
        return WebDriverWait(self.driver, seconds).until(lambda _: condition())

    def all(self, css):
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def see(self, css):
        """The first visible element, once there is one."""
        return self.until(lambda: next((found for found in self.all(css) if found.is_displayed()), None))

    def text(self):
        return self.driver.execute_script('return document.body.innerText')

    def open(self, path):
        self.driver.get_log('browser')
        self.driver.get(HORIZON + path)

    def sign_in(self, user, password):
        self.driver.delete_all_cookies()
        self.open('/auth/login/')
        self.see('#id_username').send_keys(user)
        self.see('#id_password').send_keys(password)
        for domain in self.all('#id_domain'):
            domain.send_keys('Default')
        self.see('#loginBtn').click()
        self.until(lambda: '/auth/login' not in self.driver.current_url)

    def settle(self):
        """Waits until the page has loaded and its scripts ask for nothing more."""
        self.until(lambda: self.driver.execute_script("""
            if (document.readyState !== 'complete' || (window.jQuery && jQuery.active)) return false;
            const of = window.angular && angular.element(document.body).injector();
            return !of || !of.get('$http').pendingRequests.length;"""))
        self.until(lambda: not self.all('.loading-inline'))

    def check(self):
        """Fails if the page says that something went wrong, or a part of it could not be made."""
        shown = [alert.text for alert in self.all('.alert-danger, .toast-error') if alert.text.strip()]
        broken = [entry['message'] for entry in self.driver.get_log('browser') if 'status of 5' in entry['message']]
        assert self.all('.navbar, .topbar'), f'no page of Horizon: {self.driver.page_source[:500]}'
        assert not shown + broken, shown + broken
