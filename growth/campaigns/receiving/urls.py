from django.urls import path

from growth.campaigns.receiving import views

app_name = "receipts"

urlpatterns = [path("<slug:key>/", views.receive, name="receive")]
